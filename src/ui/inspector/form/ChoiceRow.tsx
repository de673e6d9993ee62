import { useId } from 'react'
import type { JsonObject, Path } from '../../../model/json.ts'
import { Breakable } from './FieldLabel.tsx'
import { FieldRow } from './FieldRow.tsx'
import { chooseMember, type FormItem } from './fields.ts'
import classes from './form.module.css'
import { useForm } from './form-context.ts'

interface ChoiceRowProps {
  choice: Extract<FormItem, { kind: 'choice' }>
  message: JsonObject
  path: Path
}

/** A oneof: which member is set, and that member's value. Choosing another takes the first away. */
export function ChoiceRow({ choice, message, path }: ChoiceRowProps) {
  const { disabled, change } = useForm()
  const id = useId()
  const { members, chosen, required } = choice
  // A filter's configuration: the form is about it, so it does not stand inside anything.
  if (path.length === 0 && chosen?.shape.kind === 'any') {
    return (
      <div className={classes.plain}>
        <FieldRow field={chosen} message={message} path={path} inChoice />
      </div>
    )
  }
  return (
    <div className={classes.choice}>
      <div className={classes.head}>
        <label htmlFor={id} className={classes.label} title={`one of ${members.map((one) => one.name).join(', ')}`}>
          <Breakable name={choice.name} />
          {required && <span className={classes.required}>required</span>}
        </label>
        <select
          id={id}
          className={classes.select}
          disabled={disabled}
          value={chosen?.name ?? ''}
          onChange={(event) => {
            const member = members.find((one) => one.name === event.target.value)
            change(path, chooseMember(message, members, member))
          }}
        >
          {(!required || !chosen) && <option value="">{required ? 'choose one' : 'none'}</option>}
          {members.map((member) => (
            <option key={member.name} value={member.name}>
              {member.name}
              {member.deprecated ? ' (deprecated)' : ''}
            </option>
          ))}
        </select>
      </div>
      {chosen && <FieldRow key={chosen.name} field={chosen} message={message} path={path} inChoice />}
    </div>
  )
}

import IconPlus from '@tabler/icons-react/icons/IconPlus'
import IconTrash from '@tabler/icons-react/icons/IconTrash'
import { useId, useState } from 'react'
import { asObject, type JsonObject, type Path } from '../../../model/json.ts'
import { FieldLabel } from './FieldLabel.tsx'
import { type FormField, isOnCanvas, keyOf, startValue, valueIn } from './fields.ts'
import classes from './form.module.css'
import { EnclosingField, useForm } from './form-context.ts'
import { ListField } from './ListField.tsx'
import { MapField } from './MapField.tsx'
import { MessageForm } from './MessageForm.tsx'
import { Mistakes } from './Mistakes.tsx'
import { Nested } from './Nested.tsx'
import { fieldName, isBlock, ValueInput } from './ValueInput.tsx'

interface FieldRowProps {
  field: FormField
  message: JsonObject
  path: Path
  /** Its name is already said by what is around it, and taking it away is done there. */
  inChoice?: boolean
}

/** One field: its name, what it takes, its value, and what is wrong with it. */
export function FieldRow({ field, message, path, inChoice = false }: FieldRowProps) {
  const { disabled, change } = useForm()
  const id = useId()
  const value = valueIn(field.field, message)
  const at = [...path, keyOf(field.field, message)]
  // A long text gets a line of its own, also when it has become short.
  const [long] = useState(typeof value === 'string' && value.length > 19)
  if (isOnCanvas(field.field.parent, field.name)) return <OnCanvas name={field.name} value={value} />

  const block = isBlock(field)
  const mistakes = <Mistakes path={at} id={`${id}-mistakes`} />
  const remove =
    !inChoice && !disabled && value !== undefined && !field.required ? (
      <button
        type="button"
        className={classes.icon}
        aria-label={`Remove ${field.name}`}
        title="Back to the default"
        onClick={() => change(at, undefined)}
      >
        <IconTrash size={13} />
      </button>
    ) : null
  if (block && value === undefined) {
    return (
      <div className={classes.field}>
        <div className={classes.head}>
          <FieldLabel field={field} id={id} />
        </div>
        <button
          type="button"
          className={classes.add}
          disabled={disabled}
          aria-label={`Set ${field.name}`}
          onClick={() => change(at, startValue(field))}
        >
          <IconPlus size={12} /> {field.container === 'single' ? 'Set' : 'Add'}
        </button>
        {mistakes}
      </div>
    )
  }
  if (field.container === 'single' && field.shape.kind === 'message') {
    return (
      <EnclosingField value={fieldName(field)}>
        {inChoice ? (
          <MessageForm desc={field.shape.message!} value={asObject(value)} path={at} />
        ) : (
          <Nested
            desc={field.shape.message!}
            value={value}
            path={at}
            label={field.name}
            title={<FieldLabel field={field} id={id} inert />}
            tools={remove}
          />
        )}
      </EnclosingField>
    )
  }
  return (
    <div className={classes.field} data-block={block || long || undefined}>
      {!inChoice && (
        <div className={classes.head}>
          <FieldLabel field={field} id={id} />
          {remove}
        </div>
      )}
      {field.container === 'list' ? (
        <ListField field={field} value={value} path={at} labelId={id} />
      ) : field.container === 'map' ? (
        <MapField field={field} value={value} path={at} labelId={id} />
      ) : (
        <ValueInput field={field} value={value} path={at} id={id} label={field.name} />
      )}
      {(field.container !== 'single' || field.shape.kind !== 'any') && mistakes}
    </div>
  )
}

function OnCanvas({ name, value }: { name: string; value: unknown }) {
  if (value === undefined) return null
  const count = Array.isArray(value) ? `${value.length} ` : ''
  return (
    <div className={classes.onCanvas}>
      <span>{name}</span>
      <small>{count}on the canvas</small>
    </div>
  )
}

import type { DescMessage } from '@bufbuild/protobuf'
import IconPlus from '@tabler/icons-react/icons/IconPlus'
import IconTrash from '@tabler/icons-react/icons/IconTrash'
import { useState } from 'react'
import type { JsonObject, Path } from '../../../model/json.ts'
import { Picker } from '../Picker.tsx'
import { ChoiceRow } from './ChoiceRow.tsx'
import { FieldRow } from './FieldRow.tsx'
import { type FormItem, formOf, startValue } from './fields.ts'
import classes from './form.module.css'
import { useForm } from './form-context.ts'
import { Mistakes } from './Mistakes.tsx'

interface MessageFormProps {
  desc: DescMessage
  value: JsonObject
  path: Path
  /** Fields that are shown elsewhere. */
  without?: readonly string[]
}

/** The fields of one message: those that are set or must be, and a way to add the others. */
export function MessageForm({ desc, value, path, without = [] }: MessageFormProps) {
  const { planner, disabled, change } = useForm()
  // A choice that was opened and not made yet.
  const [opened, setOpened] = useState<readonly string[]>([])
  const form = formOf(planner.plan(desc), value)
  const isOpened = (item: FormItem): boolean => opened.includes(item.name)
  const shown = [...form.shown, ...form.more.filter(isOpened)].filter(
    (item) => !without.includes(item.name) && (item.set || !disabled),
  )
  const more = form.more.filter((item) => !isOpened(item) && !without.includes(item.name))

  const add = (name: string): void => {
    const item = more.find((one) => one.name === name)
    if (item?.kind === 'field') change([...path, name], startValue(item.field))
    else setOpened([...opened, name])
  }

  return (
    <div className={classes.message}>
      <Mistakes path={path} />
      {shown.map((item) =>
        item.kind === 'field' ? (
          <FieldRow key={item.name} field={item.field} message={value} path={path} />
        ) : (
          <ChoiceRow key={item.name} choice={item} message={value} path={path} />
        ),
      )}
      {form.unknown.map((key) => (
        <div key={key} className={classes.unknown}>
          <code>{key}</code>
          <span>not a field of {desc.name}; kept as it is</span>
          <button
            type="button"
            className={classes.icon}
            aria-label={`Remove ${key}`}
            disabled={disabled}
            onClick={() => change([...path, key], undefined)}
          >
            <IconTrash size={14} />
          </button>
          <Mistakes path={[...path, key]} />
        </div>
      ))}
      {shown.length === 0 && (more.length === 0 || disabled) && (
        <p className={classes.nothing}>
          {more.length === 0 ? 'There is nothing to set.' : 'Nothing is set: all defaults.'}
        </p>
      )}
      {more.length > 0 && !disabled && (
        <Picker label={`Add a field to ${desc.name}`} options={more.map(optionOf)} onPick={add}>
          <IconPlus size={13} /> Add field…
        </Picker>
      )}
    </div>
  )
}

function optionOf(item: FormItem) {
  if (item.kind === 'choice') {
    const detail = `one of ${item.members.map((member) => member.name).join(', ')}`
    return { value: item.name, label: item.name, detail }
  }
  const { about, deprecated } = item.field
  return { value: item.name, label: item.name, detail: deprecated ? `deprecated · ${about}` : about }
}

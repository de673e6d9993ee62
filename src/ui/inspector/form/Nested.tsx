import type { DescMessage } from '@bufbuild/protobuf'
import IconChevronRight from '@tabler/icons-react/icons/IconChevronRight'
import { useState } from 'react'
import { asObject, type Json, type Path } from '../../../model/json.ts'
import { summaryOf } from './fields.ts'
import classes from './form.module.css'
import { useForm } from './form-context.ts'
import { MessageForm } from './MessageForm.tsx'

interface NestedProps {
  desc: DescMessage
  value: Json | undefined
  path: Path
  label: string
}

/** A message inside a message: one line that opens. Its fields are made when it is first opened. */
export function Nested({ desc, value, path, label }: NestedProps) {
  const { problems, disabled, change } = useForm()
  const message = asObject(value)
  // Little in it, or an error: there is nothing to gain from a closed one.
  const [open, setOpen] = useState(path.length < 2 || JSON.stringify(message).length < 90)
  const errors = problems.within(path).filter((problem) => problem.severity === 'error').length
  if (value === undefined) {
    return (
      <button type="button" className={classes.add} disabled={disabled} onClick={() => change(path, {})}>
        Set {label}
      </button>
    )
  }
  return (
    <div className={classes.nested}>
      <Disclosure
        open={open}
        errors={errors}
        text={summaryOf(message) || desc.name}
        label={label}
        onToggle={() => setOpen(!open)}
      />
      {open && <MessageForm desc={desc} value={message} path={path} />}
    </div>
  )
}

interface DisclosureProps {
  open: boolean
  errors: number
  text: string
  label: string
  onToggle(): void
}

/** The line that opens and closes what is below it. */
export function Disclosure({ open, errors, text, label, onToggle }: DisclosureProps) {
  return (
    <button type="button" className={classes.disclosure} aria-expanded={open} aria-label={label} onClick={onToggle}>
      <IconChevronRight size={13} />
      <span>{text}</span>
      {errors > 0 && <em>{errors === 1 ? '1 error' : `${errors} errors`}</em>}
    </button>
  )
}

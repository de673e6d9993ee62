import type { DescMessage } from '@bufbuild/protobuf'
import IconChevronRight from '@tabler/icons-react/icons/IconChevronRight'
import { type ReactNode, useState } from 'react'
import { asObject, type Json, type Path } from '../../../model/json.ts'
import { isLarger } from '../size.ts'
import { summaryOf } from './fields.ts'
import classes from './form.module.css'
import { useForm } from './form-context.ts'
import { MessageForm } from './MessageForm.tsx'

interface NestedProps {
  desc: DescMessage
  value: Json | undefined
  path: Path
  label: string
  /** The line that opens it, where it is more than a summary. */
  title?: ReactNode
  /** Buttons at the end of that line. */
  tools?: ReactNode
}

/** A message inside a message: one line that opens. Its fields are made when it is first opened. */
export function Nested({ desc, value, path, label, title, tools }: NestedProps) {
  const { problems } = useForm()
  const message = asObject(value)
  // Little in it: there is nothing to gain from a closed one.
  const [open, setOpen] = useState(path.length < 2 || !isLarger(message, 90))
  const errors = problems.within(path).filter((problem) => problem.severity === 'error').length
  const summary = summaryOf(message)
  return (
    <div className={classes.nested}>
      <div className={classes.head}>
        <Disclosure open={open} errors={errors} label={label} onToggle={() => setOpen(!open)}>
          {title}
          {(!open || !title) && <span className={classes.summary}>{summary || (title ? '' : desc.name)}</span>}
        </Disclosure>
        {tools}
      </div>
      {open && <MessageForm desc={desc} value={message} path={path} />}
    </div>
  )
}

interface DisclosureProps {
  open: boolean
  errors: number
  label: string
  children?: ReactNode
  onToggle(): void
}

/** The line that opens and closes what is below it. */
export function Disclosure({ open, errors, label, children, onToggle }: DisclosureProps) {
  return (
    <button type="button" className={classes.disclosure} aria-expanded={open} aria-label={label} onClick={onToggle}>
      <IconChevronRight size={13} />
      {children}
      {errors > 0 && <em>{errors === 1 ? '1 error' : `${errors} errors`}</em>}
    </button>
  )
}

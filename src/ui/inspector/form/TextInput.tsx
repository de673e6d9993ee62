import { useEffect, useRef, useState } from 'react'
import type { Json, Path } from '../../../model/json.ts'
import type { FormField } from './fields.ts'
import classes from './form.module.css'
import { useForm } from './form-context.ts'
import { parseText, textOf } from './scalar-text.ts'
import { typeText } from './shape.ts'

interface TextInputProps {
  field: FormField
  element: boolean
  value: Json | undefined
  path: Path
  label: string
  common: object
}

/** Texts of these fields are scripts and bodies: many lines. */
const LONG = /^(inline_string|inline_code|body|text_format|pem|json)$/

/**
 * A text, number, duration or the like. What is typed is applied at once where it can be read; until then it stays in the
 * input, with what is wrong said below. The name of an object is applied when it is complete: others refer to it.
 */
export function TextInput({ field, element, value, path, label, common }: TextInputProps) {
  const { change, openLua } = useForm()
  const [draft, setDraft] = useState(textOf(value))
  const [problem, setProblem] = useState<string>()
  const applied = useRef(value)
  const atOnce = !(path.length === 1 && path[0] === 'name')

  // Another hand changed it: undo, the YAML beside it.
  useEffect(() => {
    if (value === applied.current) return
    applied.current = value
    setDraft(textOf(value))
    setProblem(undefined)
  }, [value])

  const apply = (text: string, typing: boolean): void => {
    if (text === '' && clears(field, element)) {
      setProblem(undefined)
      send(undefined, typing)
      return
    }
    const parsed = parseText(field.shape, text)
    setProblem(parsed.problem)
    if (parsed.problem === undefined) send(parsed.json, typing)
  }
  const send = (json: Json | undefined, typing: boolean): void => {
    if (json === value) return
    applied.current = json
    change(path, json, { typing })
  }
  const props = {
    ...common,
    'aria-label': label,
    value: draft,
    placeholder: placeholderOf(field),
    spellCheck: false,
    autoComplete: 'off',
    onChange: (event: { target: { value: string } }) => {
      setDraft(event.target.value)
      if (atOnce) apply(event.target.value, true)
    },
    onBlur: () => (atOnce ? problem === undefined && setDraft(textOf(value)) : apply(draft, false)),
    onKeyDown: (event: { key: string }) => {
      if (event.key === 'Enter' && !atOnce) apply(draft, false)
    },
  }
  const long = field.shape.kind === 'text' && (draft.includes('\n') || LONG.test(field.name))
  return (
    <>
      {long ? (
        <textarea {...props} className={classes.textarea} rows={Math.min(8, draft.split('\n').length + 1)} />
      ) : (
        <input
          {...props}
          className={classes.input}
          inputMode={field.shape.kind === 'integer' ? 'numeric' : undefined}
        />
      )}
      {long && openLua && /^inline_(string|code)$/.test(field.name) && (
        <button type="button" className={classes.link} onClick={openLua}>
          Open in the script editor
        </button>
      )}
      {problem && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
    </>
  )
}

/** Whether an empty input means that the field is not set. */
function clears(field: FormField, element: boolean): boolean {
  if (element) return false
  return field.shape.kind !== 'text' || (!field.field.oneof && !field.shape.wrapper)
}

function placeholderOf(field: FormField): string {
  if (field.required) return field.about.replace(/^[^;]*; /, '')
  if (field.default) return field.default
  return field.shape.kind === 'bytes' ? typeText(field.shape) : 'not set'
}

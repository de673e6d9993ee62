import { useEffect, useRef, useState } from 'react'
import { stringify } from 'yaml'
import { readDocument } from '../../../envoy/document/read.ts'
import { isObject, type Json, type JsonObject, type Path, sameJson } from '../../../model/json.ts'
import classes from './form.module.css'
import { useForm } from './form-context.ts'

interface JsonTextProps {
  id: string
  value: Json | undefined
  path: Path
  label: string
  /** Members that stay with the value and are not part of the text. */
  keep?: JsonObject
}

/** Free JSON, written as YAML or JSON: a Struct, or a message of an unknown type. */
export function JsonText({ id, value, path, label, keep = {} }: JsonTextProps) {
  const { disabled, change } = useForm()
  const [draft, setDraft] = useState(() => textOf(value))
  const [problem, setProblem] = useState<string>()
  const applied = useRef(value)

  useEffect(() => {
    if (sameJson(value ?? {}, applied.current ?? {})) return
    applied.current = value
    setDraft(textOf(value))
    setProblem(undefined)
  }, [value])

  const commit = (text: string): void => {
    setDraft(text)
    try {
      const json = text.trim() === '' ? {} : (readDocument(text).json as Json)
      setProblem(undefined)
      applied.current = json
      change(path, isObject(json) ? { ...keep, ...json } : json, { typing: true })
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  return (
    <>
      <textarea
        id={id}
        className={classes.textarea}
        aria-label={label}
        aria-invalid={problem !== undefined || undefined}
        disabled={disabled}
        rows={Math.min(12, draft.split('\n').length + 1)}
        placeholder="name: value"
        spellCheck={false}
        value={draft}
        onChange={(event) => commit(event.target.value)}
      />
      {problem && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
    </>
  )
}

function textOf(value: Json | undefined): string {
  if (value === undefined || (isObject(value) && Object.keys(value).length === 0)) return ''
  return stringify(value, { lineWidth: 0 })
}

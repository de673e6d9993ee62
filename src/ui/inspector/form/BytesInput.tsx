import { useRef, useState } from 'react'
import { toBase64 } from '../../../engine/bytes.ts'
import type { Json, Path } from '../../../model/json.ts'
import type { FormField } from './fields.ts'
import classes from './form.module.css'
import { useForm } from './form-context.ts'
import { TextInput } from './TextInput.tsx'

/** Bytes beyond this are told by their number: nobody reads them as base64. */
const SHOWN = 240

/** A module or a set of descriptors is smaller; what is larger would make every copy of the design slow. */
const MAX_FILE = 8 * 1024 * 1024

interface BytesInputProps {
  field: FormField
  element: boolean
  value: Json | undefined
  path: Path
  label: string
  common: { disabled: boolean }
}

/** Bytes: base64 to type while there are few, and a file to take them from. The file is read here and goes nowhere else. */
export function BytesInput({ field, element, value, path, label, common }: BytesInputProps) {
  const { change } = useForm()
  const chooser = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<string>()
  const large = typeof value === 'string' && value.length > SHOWN

  const take = async (file: File): Promise<void> => {
    if (file.size > MAX_FILE) {
      setProblem(`${file.name} has ${megabytes(file.size)} MiB; up to ${megabytes(MAX_FILE)} MiB fit into a design`)
      return
    }
    setProblem(undefined)
    change(path, toBase64(new Uint8Array(await file.arrayBuffer())))
  }

  return (
    <>
      {large ? (
        <output className={classes.nothing}>{byteCount(value).toLocaleString('en')} bytes</output>
      ) : (
        <TextInput {...{ field, element, value, path, label, common }} />
      )}
      <input
        ref={chooser}
        type="file"
        hidden
        aria-label={`File for ${label}`}
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file) void take(file)
        }}
      />
      <button
        type="button"
        className={classes.link}
        disabled={common.disabled}
        onClick={() => chooser.current?.click()}
      >
        {value === undefined || value === '' ? 'Take them from a file' : 'Take others from a file'}
      </button>
      {problem && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
    </>
  )
}

/** How many bytes a base64 text stands for. */
function byteCount(base64: string): number {
  return Math.floor((base64.replace(/=+$/, '').length * 3) / 4)
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1048576)
}

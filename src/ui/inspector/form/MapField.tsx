import IconPlus from '@tabler/icons-react/icons/IconPlus'
import IconTrash from '@tabler/icons-react/icons/IconTrash'
import { useEffect, useId, useState } from 'react'
import { asObject, type Json, type Path } from '../../../model/json.ts'
import { type FormField, freeKey, renameKey } from './fields.ts'
import classes from './form.module.css'
import { useForm } from './form-context.ts'
import { Mistakes } from './Mistakes.tsx'
import { LIST_PAGE, More } from './More.tsx'
import { emptyJson } from './shape.ts'
import { isWide, ValueInput } from './ValueInput.tsx'

interface MapFieldProps {
  field: FormField
  value: Json | undefined
  path: Path
  labelId: string
}

/** A map: names and values. */
export function MapField({ field, value, path, labelId }: MapFieldProps) {
  const { disabled, change } = useForm()
  const id = useId()
  const [most, setMost] = useState(LIST_PAGE)
  const map = asObject(value)
  const remove = (key: string): void => {
    const rest = Object.fromEntries(Object.entries(map).filter(([name]) => name !== key))
    change(path, Object.keys(rest).length > 0 ? rest : undefined)
  }
  return (
    <ul className={classes.list} aria-labelledby={`${labelId}-label`}>
      {Object.entries(map)
        .slice(0, most)
        .map(([key, element], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a name that is being edited is still the same entry.
          <li key={index} data-block={isWide(field.shape) || undefined} className={classes.entry}>
            <KeyInput
              name={key}
              label={`Name of ${field.name} ${index + 1}`}
              onRename={(to) => {
                const renamed = renameKey(map, key, to)
                if (renamed) change(path, renamed)
                return renamed !== undefined
              }}
            />
            <ValueInput
              field={field}
              element
              value={element}
              path={[...path, key]}
              id={`${id}-${index}`}
              label={`${field.name} ${key}`}
            />
            {!disabled && (
              <span className={classes.tools}>
                <button type="button" className={classes.icon} aria-label={`Remove ${key}`} onClick={() => remove(key)}>
                  <IconTrash size={13} />
                </button>
              </span>
            )}
            {!isWide(field.shape) && <Mistakes path={[...path, key]} id={`${id}-${index}-mistakes`} />}
          </li>
        ))}
      <More count={Object.keys(map).length - most} onMore={() => setMost(most + LIST_PAGE)} />
      {!disabled && (
        <li>
          <button
            type="button"
            className={classes.add}
            onClick={() => change(path, { ...map, [freeKey(map)]: emptyJson(field.shape) })}
          >
            <IconPlus size={13} /> Add entry
          </button>
        </li>
      )}
    </ul>
  )
}

interface KeyInputProps {
  name: string
  label: string
  /** Says whether the name could be had. */
  onRename(to: string): boolean
}

/** The name of an entry, applied when it is complete: it must not collide with another on the way. */
function KeyInput({ name, label, onRename }: KeyInputProps) {
  const { disabled } = useForm()
  const [draft, setDraft] = useState(name)
  const [taken, setTaken] = useState(false)
  useEffect(() => setDraft(name), [name])
  const commit = (): void => setTaken(!onRename(draft))
  return (
    <>
      <input
        className={classes.input}
        aria-label={label}
        aria-invalid={taken || undefined}
        disabled={disabled}
        value={draft}
        spellCheck={false}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => event.key === 'Enter' && commit()}
      />
      {taken && (
        <p className={classes.problem} role="alert">
          the name is taken
        </p>
      )}
    </>
  )
}

import IconTrash from '@tabler/icons-react/icons/IconTrash'
import { useId } from 'react'
import type { JsonObject, Path } from '../../../model/json.ts'
import { type FormField, isOnCanvas, keyOf, valueIn } from './fields.ts'
import classes from './form.module.css'
import { useForm } from './form-context.ts'
import { ListField } from './ListField.tsx'
import { MapField } from './MapField.tsx'
import { Mistakes } from './Mistakes.tsx'
import { isBlock, ValueInput } from './ValueInput.tsx'

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
  if (isOnCanvas(field.field.parent, field.name)) return <OnCanvas name={field.name} value={value} />

  const block = field.container !== 'single' || isBlock(field.shape)
  const label = inChoice ? undefined : <FieldLabel field={field} id={id} />
  const removable = !inChoice && value !== undefined && !field.required
  return (
    <div className={classes.field} data-block={block || undefined}>
      {(label || removable) && (
        <div className={classes.head}>
          {label}
          {removable && (
            <button
              type="button"
              className={classes.icon}
              aria-label={`Remove ${field.name}`}
              title="Back to the default"
              disabled={disabled}
              onClick={() => change(at, undefined)}
            >
              <IconTrash size={13} />
            </button>
          )}
        </div>
      )}
      {field.container === 'list' ? (
        <ListField field={field} value={value} path={at} labelId={id} />
      ) : field.container === 'map' ? (
        <MapField field={field} value={value} path={at} labelId={id} />
      ) : (
        <ValueInput field={field} value={value} path={at} id={id} label={field.name} />
      )}
      <Mistakes path={at} id={`${id}-mistakes`} />
    </div>
  )
}

/** A field's name with its marks; its type and rules show on hover and are read with it. */
export function FieldLabel({ field, id }: { field: FormField; id: string }) {
  return (
    <label htmlFor={id} id={`${id}-label`} className={classes.label} title={`${field.name}: ${field.about}`}>
      {field.name}
      {field.required && (
        <span className={classes.required} title="required">
          required
        </span>
      )}
      {field.deprecated && (
        <span className={classes.deprecated} title={deprecation(field)}>
          deprecated
        </span>
      )}
    </label>
  )
}

function deprecation({ deprecated }: FormField): string {
  const since = deprecated?.since ? `since version ${deprecated.since} of the API` : 'in the API'
  return deprecated?.disallowed ? `Deprecated ${since}; Envoy refuses it by default` : `Deprecated ${since}`
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

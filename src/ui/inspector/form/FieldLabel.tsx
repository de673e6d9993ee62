import { Fragment } from 'react'
import type { FormField } from './fields.ts'
import classes from './form.module.css'

/** A field's name with its marks; its type and rules show on hover. `inert`: what is around it is the control. */
export function FieldLabel({ field, id, inert = false }: { field: FormField; id: string; inert?: boolean }) {
  const title = `${field.name}: ${field.about}`
  const text = (
    <>
      <Breakable name={field.name} />
      {field.required && <span className={classes.required}>required</span>}
      {field.deprecated && (
        <span className={classes.deprecated} title={deprecation(field)}>
          deprecated
        </span>
      )}
    </>
  )
  if (inert) {
    return (
      <span className={classes.title} title={title}>
        {text}
      </span>
    )
  }
  return (
    <label htmlFor={id} id={`${id}-label`} className={classes.label} title={title}>
      {text}
    </label>
  )
}

function deprecation({ deprecated }: FormField): string {
  const since = deprecated?.since ? `since version ${deprecated.since} of the API` : 'in the API'
  return deprecated?.disallowed ? `Deprecated ${since}; Envoy refuses it by default` : `Deprecated ${since}`
}

/** A name that breaks after an underscore where it is too long for its line. */
export function Breakable({ name }: { name: string }) {
  return name.split(/(?<=_)/).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a name never move.
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ))
}

import type { Json, Path } from '../../../model/json.ts'
import { AnyField } from './AnyField.tsx'
import { BytesInput } from './BytesInput.tsx'
import type { FormField } from './fields.ts'
import classes from './form.module.css'
import { EnclosingField, useForm } from './form-context.ts'
import { JsonText } from './JsonText.tsx'
import { Nested } from './Nested.tsx'
import type { Shape } from './shape.ts'
import { TextInput } from './TextInput.tsx'

interface ValueInputProps {
  field: FormField
  /** A list's element or a map's value: removed by its row, not by clearing it. */
  element?: boolean
  value: Json | undefined
  path: Path
  id: string
  /** For a screen reader. */
  label: string
}

/** Whether a field takes the whole width, below its name. */
export function isBlock({ container, shape }: Pick<FormField, 'container' | 'shape'>): boolean {
  return container !== 'single' || isWide(shape)
}

/** Whether one value does. */
export function isWide({ kind }: Shape): boolean {
  return kind === 'message' || kind === 'any' || kind === 'json'
}

/** The input for one value, by its shape. */
export function ValueInput({ field, element = false, value, path, id, label }: ValueInputProps) {
  const { disabled, change, problems } = useForm()
  const { shape } = field
  const invalid = problems.at(path).some((problem) => problem.severity === 'error')
  const common = { id, disabled, 'aria-invalid': invalid || undefined, 'aria-describedby': `${id}-mistakes` }
  switch (shape.kind) {
    case 'message':
      return (
        <EnclosingField value={fieldName(field)}>
          <Nested desc={shape.message!} value={value} path={path} label={label} />
        </EnclosingField>
      )
    case 'any':
      return <AnyField field={field} value={value} path={path} label={label} />
    case 'json':
      return <JsonText id={id} value={value} path={path} label={label} />
    case 'empty':
      return <span className={classes.nothing}>nothing to set</span>
    case 'bool':
      return field.implicit && !element && (value === undefined || typeof value === 'boolean') ? (
        <input
          {...common}
          type="checkbox"
          className={classes.check}
          aria-label={label}
          checked={value === true}
          onChange={(event) => change(path, event.target.checked ? true : undefined)}
        />
      ) : (
        <select
          {...common}
          className={classes.select}
          aria-label={label}
          value={value === undefined ? '' : String(value)}
          onChange={(event) => change(path, event.target.value === '' ? undefined : event.target.value === 'true')}
        >
          {!element && !field.field.oneof && <option value="">not set</option>}
          <option value="true">true</option>
          <option value="false">false</option>
        </select>
      )
    case 'enum':
      return <EnumSelect {...{ field, element, value, path, label, common }} />
    case 'bytes':
      return <BytesInput {...{ field, element, value, path, label, common }} />
    default:
      return <TextInput {...{ field, element, value, path, label, common }} />
  }
}

/** The field's full name: `envoy.config.route.v3.Route.match`. */
export function fieldName({ field }: FormField): string {
  return `${field.parent.typeName}.${field.name}`
}

interface EnumSelectProps {
  field: FormField
  element: boolean
  value: Json | undefined
  path: Path
  label: string
  common: object
}

function EnumSelect({ field, element, value, path, label, common }: EnumSelectProps) {
  const { change, planner } = useForm()
  const values = field.shape.enum!.values
  const text = value === undefined ? '' : String(value)
  const known = values.find((one) => one.name === text || (typeof value === 'number' && one.number === value))
  return (
    <select
      {...common}
      className={classes.select}
      aria-label={label}
      value={known?.name ?? text}
      onChange={(event) => change(path, event.target.value === '' ? undefined : event.target.value)}
    >
      {!element && !field.field.oneof && (
        <option value="">{field.default ? `${field.default} (default)` : 'not set'}</option>
      )}
      {!known && text !== '' && <option value={text}>{text} (unknown)</option>}
      {values
        .filter((one) => one === known || !planner.enumValueDeprecation(one))
        .map((one) => (
          <option key={one.name} value={one.name}>
            {one.name}
          </option>
        ))}
    </select>
  )
}

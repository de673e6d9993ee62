import { useContext, useMemo, useState } from 'react'
import { typeNameOf } from '../../../envoy/opaque.ts'
import { asObject, asText, type Json, type JsonObject, type Path } from '../../../model/json.ts'
import { Picker } from '../Picker.tsx'
import { typeChoices } from './any-types.ts'
import type { FormField } from './fields.ts'
import classes from './form.module.css'
import { EnclosingField, useForm } from './form-context.ts'
import { JsonText } from './JsonText.tsx'
import { MessageForm } from './MessageForm.tsx'
import { Mistakes } from './Mistakes.tsx'
import { Disclosure } from './Nested.tsx'

interface AnyFieldProps {
  field: FormField
  value: Json | undefined
  path: Path
  label: string
}

/** An Any: which type it is, and the fields of that type. A type that Envoy does not have is kept as JSON. */
export function AnyField({ field, value, path, label }: AnyFieldProps) {
  const { registry, entries, disabled, change, problems } = useForm()
  const message = asObject(value)
  const url = asText(message['@type'])
  const typeName = url === undefined ? '' : typeNameOf(url)
  const desc = typeName ? registry.message(typeName) : undefined
  const [open, setOpen] = useState(path.length <= 1)
  const enclosing = useContext(EnclosingField)
  const holder = field.field.parent
  const where = holder.name === 'TypedExtensionConfig' ? enclosing : `${holder.typeName}.${field.name}`
  const choices = useMemo(() => typeChoices(where, registry), [where, registry])
  const errors = problems.within(path).filter((problem) => problem.severity === 'error').length

  const choose = (chosen: string): void => {
    const typeUrl = `type.googleapis.com/${chosen}`
    const known = entries.find((entry) => entry.typeUrl === typeUrl)
    change(path, known ? known.defaultConfig : { '@type': typeUrl })
  }
  const options = choices.map((one) => ({ value: one.typeName, label: one.label, detail: one.detail }))
  const picker = (
    <Picker
      label={`Type of ${label}`}
      name={`Type of ${label}: ${desc?.name ?? (typeName || 'none yet')}`}
      options={options}
      disabled={disabled}
      onPick={choose}
      {...(desc ? { className: classes.type } : {})}
    >
      {desc ? <code>{desc.name}</code> : typeName ? <code>{typeName}</code> : 'Choose a type…'}
    </Picker>
  )
  return (
    <div className={path.length <= 1 ? undefined : classes.nested}>
      <div className={classes.any}>
        {typeName && path.length > 1 && (
          <Disclosure open={open} errors={errors} label={`Fields of ${label}`} onToggle={() => setOpen(!open)} />
        )}
        {path.length <= 1 && field.container === 'single' && <span className={classes.label}>{label}</span>}
        {picker}
      </div>
      {!(open && desc && !isWellKnown(typeName)) && <Mistakes path={path} />}
      {open && desc && !isWellKnown(typeName) && <MessageForm desc={desc} value={message} path={path} />}
      {open && typeName && (!desc || isWellKnown(typeName)) && (
        <JsonText id={`${label}-json`} value={withoutType(message)} path={path} label={label} keep={typeOf(message)} />
      )}
    </div>
  )
}

/** Their JSON stands under `value`: nothing that fields could be made of. */
function isWellKnown(typeName: string): boolean {
  return typeName.startsWith('google.protobuf.')
}

function withoutType(message: JsonObject): JsonObject {
  const { '@type': _, ...fields } = message
  return fields
}

function typeOf(message: JsonObject): JsonObject {
  return message['@type'] === undefined ? {} : { '@type': message['@type'] }
}

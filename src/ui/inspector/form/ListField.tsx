import IconArrowDown from '@tabler/icons-react/icons/IconArrowDown'
import IconArrowUp from '@tabler/icons-react/icons/IconArrowUp'
import IconPlus from '@tabler/icons-react/icons/IconPlus'
import IconTrash from '@tabler/icons-react/icons/IconTrash'
import { useId, useState } from 'react'
import type { Json, Path } from '../../../model/json.ts'
import type { FormField } from './fields.ts'
import classes from './form.module.css'
import { useForm } from './form-context.ts'
import { Mistakes } from './Mistakes.tsx'
import { LIST_PAGE, More } from './More.tsx'
import { emptyJson } from './shape.ts'
import { isWide, ValueInput } from './ValueInput.tsx'

interface ListFieldProps {
  field: FormField
  value: Json | undefined
  path: Path
  labelId: string
}

/** A repeated field: its elements in order, each with up, down and remove. */
export function ListField({ field, value, path, labelId }: ListFieldProps) {
  const { disabled, change } = useForm()
  const id = useId()
  const [most, setMost] = useState(LIST_PAGE)
  // Envoy takes a single value for a list of one.
  const list = value === undefined ? [] : Array.isArray(value) ? value : [value]
  const move = (from: number, to: number): void => change(path, list.toSpliced(from, 1).toSpliced(to, 0, list[from]!))
  return (
    <ul className={classes.list} aria-labelledby={`${labelId}-label`}>
      {list.slice(0, most).map((element, index) => {
        const at = Array.isArray(value) ? [...path, index] : path
        const name = `${field.name} ${index + 1}`
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: an element is its place; its values follow from the document.
          <li key={index} data-block={isWide(field.shape) || undefined}>
            <ValueInput field={field} element value={element} path={at} id={`${id}-${index}`} label={name} />
            {!disabled && (
              <span className={classes.tools}>
                <button
                  type="button"
                  className={classes.icon}
                  aria-label={`Move ${name} up`}
                  disabled={index === 0}
                  onClick={() => move(index, index - 1)}
                >
                  <IconArrowUp size={13} />
                </button>
                <button
                  type="button"
                  className={classes.icon}
                  aria-label={`Move ${name} down`}
                  disabled={index === list.length - 1}
                  onClick={() => move(index, index + 1)}
                >
                  <IconArrowDown size={13} />
                </button>
                <button
                  type="button"
                  className={classes.icon}
                  aria-label={`Remove ${name}`}
                  onClick={() => change(path, list.length > 1 ? list.toSpliced(index, 1) : undefined)}
                >
                  <IconTrash size={13} />
                </button>
              </span>
            )}
            {!isWide(field.shape) && <Mistakes path={at} id={`${id}-${index}-mistakes`} />}
          </li>
        )
      })}
      <More count={list.length - most} onMore={() => setMost(most + LIST_PAGE)} />
      {!disabled && (
        <li>
          <button type="button" className={classes.add} onClick={() => change(path, [...list, emptyJson(field.shape)])}>
            <IconPlus size={13} /> Add {field.shape.message?.name ?? 'entry'}
          </button>
        </li>
      )}
    </ul>
  )
}

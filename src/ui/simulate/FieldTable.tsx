import IconX from '@tabler/icons-react/icons/IconX'
import type { Fields } from '../../model/design.ts'
import classes from './RequestEditor.module.css'

/** Names and values in order; names may repeat. The last row is empty and becomes a new one when something is typed. */
export function FieldTable(props: { label: string; add: string; rows: Fields; onChange(rows: Fields): void }) {
  const { label, add, rows, onChange } = props
  const set = (at: number, column: 0 | 1, value: string): void => {
    const row: Fields[number] = rows[at] ? [...rows[at]] : ['', '']
    row[column] = value
    onChange(at < rows.length ? rows.with(at, row) : [...rows, row])
  }
  return (
    <fieldset className={classes.fields}>
      <legend className="visually-hidden">{label}</legend>
      {[...rows, undefined].map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are known by their place, names repeat
        <div key={at} className={classes.field}>
          <input
            aria-label={row ? `${label}: name ${at + 1}` : add}
            placeholder={row ? 'name' : add}
            spellCheck={false}
            value={row?.[0] ?? ''}
            onChange={(event) => set(at, 0, event.target.value)}
          />
          {row && (
            <>
              <input
                aria-label={`${label}: value of ${row[0]}`}
                placeholder="value"
                spellCheck={false}
                value={row[1]}
                onChange={(event) => set(at, 1, event.target.value)}
              />
              <button
                type="button"
                aria-label={`Remove ${row[0] || 'the empty row'}`}
                onClick={() => onChange(rows.toSpliced(at, 1))}
              >
                <IconX size={13} />
              </button>
            </>
          )}
        </div>
      ))}
    </fieldset>
  )
}

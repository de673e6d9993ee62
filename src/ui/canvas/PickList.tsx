import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import type { PickItem } from './layout-types.ts'
import classes from './PickList.module.css'

interface PickListProps {
  id: string
  label: string
  items: readonly PickItem[]
  chosen: string | undefined
  rowHeight: number
  /** How many rows show at once; a longer list scrolls and can be searched. */
  rows: number
  onChoose(id: string): void
}

/** A list to pick one of many from: only the rows in view are drawn, so thousands cost no more than a few. */
export function PickList({ id, label, items, chosen, rowHeight, rows, onChoose }: PickListProps) {
  const [query, setQuery] = useState('')
  const [top, setTop] = useState(0)
  const [active, setActive] = useState<number>()
  const list = useRef<HTMLDivElement>(null)
  const listId = useId()
  const words = query.toLowerCase().split(/\s+/)
  const found =
    query === ''
      ? items
      : items.filter((item) => words.every((word) => `${item.title} ${item.detail}`.toLowerCase().includes(word)))
  const chosenAt = found.findIndex((item) => item.id === chosen)
  const searchable = items.length > rows
  const height = Math.min(found.length, rows) * rowHeight
  const first = Math.max(0, Math.floor(top / rowHeight) - 2)
  const shown = found.slice(first, first + rows + 5)

  useEffect(() => {
    if (list.current && chosenAt >= 0)
      list.current.scrollTop = Math.max(0, (chosenAt - Math.floor(rows / 2)) * rowHeight)
  }, [chosenAt, rowHeight, rows])

  const at = active ?? Math.max(chosenAt, 0)
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const next = at + by
    if (by !== 0 && next >= 0 && next < found.length) {
      event.preventDefault()
      event.stopPropagation()
      setActive(next)
      const view = list.current
      if (view && next * rowHeight < view.scrollTop) view.scrollTop = next * rowHeight
      if (view && (next + 1) * rowHeight > view.scrollTop + height) view.scrollTop = (next + 1) * rowHeight - height
    } else if (event.key === 'Enter' || (event.key === ' ' && event.target === list.current)) {
      const item = found[at]
      event.preventDefault()
      event.stopPropagation()
      if (item) onChoose(item.id)
    }
  }

  const keys = { onKeyDown }

  return (
    <div className={classes.pick} {...keys}>
      {searchable && (
        <input
          className={classes.search}
          value={query}
          placeholder="Search"
          aria-label={`Search ${label}`}
          aria-controls={listId}
          tabIndex={-1}
          onChange={(event) => {
            setQuery(event.target.value)
            setActive(0)
          }}
          onClick={(event) => event.stopPropagation()}
        />
      )}
      <div
        ref={list}
        id={listId}
        role="listbox"
        aria-label={label}
        aria-activedescendant={found[at] ? `${listId}-${at}` : undefined}
        tabIndex={-1}
        data-focus={id}
        className={`nowheel ${classes.list}`}
        style={{ height: Math.max(height, rowHeight) }}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      >
        <div style={{ height: found.length * rowHeight }} className={classes.all}>
          {shown.map((item, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keys of its options.
            <div
              key={item.id}
              id={`${listId}-${first + index}`}
              role="option"
              tabIndex={-1}
              aria-selected={item.id === chosen}
              data-active={first + index === at || undefined}
              className={classes.option}
              style={{ top: (first + index) * rowHeight, height: rowHeight }}
              title={`${item.title}\n${item.detail}`}
              onClick={(event) => {
                event.stopPropagation()
                setActive(first + index)
                onChoose(item.id)
              }}
            >
              <span>{item.title}</span>
              <small>{item.detail}</small>
            </div>
          ))}
          {found.length === 0 && <div className={classes.none}>nothing found</div>}
        </div>
      </div>
    </div>
  )
}

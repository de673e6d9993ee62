import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react'
import classes from './Tabs.module.css'

export interface Tab {
  id: string
  label: ReactNode
  content: ReactNode
}

/** A tab list after the ARIA pattern: arrow keys move, one tab stop. `extra` stands at the end of the bar. */
export function Tabs(props: {
  tabs: Tab[]
  value: string
  onChange(id: string): void
  label: string
  extra?: ReactNode
}) {
  const { tabs, value, onChange, label, extra } = props
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const chosen = tabs.find((tab) => tab.id === value) ?? tabs[0]
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!step || !chosen) return
    event.preventDefault()
    const next = tabs[(tabs.indexOf(chosen) + step + tabs.length) % tabs.length]!
    onChange(next.id)
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus()
  }
  return (
    <div className={classes.tabs}>
      <div className={classes.bar}>
        <div ref={list} role="tablist" aria-label={label} className={classes.list} onKeyDown={onKey}>
          {tabs.map((tab) => (
            <button
              key={tab.id}
              type="button"
              role="tab"
              id={`${id}-${tab.id}`}
              data-tab={tab.id}
              aria-selected={tab === chosen}
              aria-controls={`${id}-panel`}
              tabIndex={tab === chosen ? 0 : -1}
              onClick={() => onChange(tab.id)}
            >
              {tab.label}
            </button>
          ))}
        </div>
        {extra}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${chosen?.id}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls and may hold nothing to focus is a tab stop itself.
        tabIndex={0}
        className={classes.content}
      >
        {chosen?.content}
      </div>
    </div>
  )
}

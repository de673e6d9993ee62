import IconChevronDown from '@tabler/icons-react/icons/IconChevronDown'
import IconGripVertical from '@tabler/icons-react/icons/IconGripVertical'
import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import type { CatalogueEntry } from '../../model/catalogue.ts'
import { shortName } from '../../model/edits/edit.ts'
import { filterKindOf, filtersOf } from '../../model/place.ts'
import { startDrag } from '../canvas/drag.ts'
import { fits } from '../canvas/gaps.ts'
import { focusCard } from '../canvas/keys.ts'
import { useApp, usePreferences, useServices } from '../context.ts'
import { useActions } from '../use-actions.ts'
import classes from './Palette.module.css'
import { paletteGroups } from './search.ts'

/** Every filter that can be added: dragged into a chain, or inserted with Enter where the chain is selected. */
export function Palette() {
  const { catalogue, preferences } = useServices()
  const actions = useActions()
  const folded = usePreferences((state) => state.folded)
  const gap = useApp((state) => state.gap)
  const [query, setQuery] = useState('')
  const [active, setActive] = useState<string>()
  const list = useRef<HTMLDivElement>(null)
  const groups = useMemo(() => paletteGroups(catalogue.entries, query), [catalogue, query])
  const isFolded = (name: string): boolean => query === '' && !gap && folded.includes(name)
  const wanted = gap && filterKindOf(gap)
  const shown = groups
    .map((group) => ({
      ...group,
      entries: wanted ? group.entries.filter((one) => fits(one.kind) === wanted) : group.entries,
    }))
    .filter((group) => group.entries.length > 0)
  const visible = shown.flatMap((group) => (isFolded(group.name) ? [] : group.entries))
  const at = Math.max(
    0,
    visible.findIndex((entry) => keyOf(entry) === active),
  )

  /** A search starts at its best match. */
  const search = (text: string): void => {
    setQuery(text)
    setActive(undefined)
  }
  const move = (to: number): void => {
    const entry = visible[Math.max(0, Math.min(to, visible.length - 1))]
    if (!entry) return
    setActive(keyOf(entry))
    list.current?.querySelector(`[data-entry="${CSS.escape(keyOf(entry))}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  const insert = (entry: CatalogueEntry | undefined): void => {
    if (!entry) return
    actions.insert(entry)
    search('')
    const { selection } = actions.state
    if (selection !== undefined) requestAnimationFrame(() => focusCard(selection))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 8, PageUp: at - 8 }
    const to = steps[event.key]
    if (to !== undefined) {
      event.preventDefault()
      move(to)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      insert(visible[at])
    } else if (event.key === 'Escape') {
      event.stopPropagation()
      if (query !== '') search('')
      else {
        actions.state.setGap(undefined)
        const id = actions.state.selection
        if (id !== undefined) focusCard(id)
      }
    }
  }
  const toggle = (name: string): void => {
    preferences.setState({ folded: folded.includes(name) ? folded.filter((one) => one !== name) : [...folded, name] })
  }

  return (
    <aside className={classes.palette} aria-label="Filters to add">
      <div className={classes.search}>
        <input
          data-palette-search
          type="search"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={visible[at] ? `palette-${keyOf(visible[at])}` : undefined}
          aria-label="Find a filter"
          placeholder="Find a filter"
          value={query}
          onChange={(event) => search(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <kbd>/</kbd>
      </div>
      <InsertsWhere />
      <div id="palette-list" ref={list} className={classes.list}>
        {shown.map((group) => (
          <section key={group.name}>
            <button
              type="button"
              className={classes.group}
              aria-expanded={!isFolded(group.name)}
              onClick={() => toggle(group.name)}
            >
              <IconChevronDown size={12} className={classes.chevron} />
              <span>{group.name}</span>
              <span>{group.entries.length}</span>
            </button>
            {!isFolded(group.name) && (
              <div role="listbox" aria-label={`Filters: ${group.name}`} tabIndex={-1}>
                {group.entries.map((entry) => (
                  <PaletteItem key={keyOf(entry)} entry={entry} active={visible[at] === entry} onInsert={insert} />
                ))}
              </div>
            )}
          </section>
        ))}
        {shown.length === 0 && <p className={classes.none}>No filter is called that.</p>}
      </div>
    </aside>
  )
}

/** Says where Enter puts a filter. */
function InsertsWhere() {
  const design = useApp((state) => state.design)
  const gap = useApp((state) => state.gap)
  if (!design || !gap) return null
  const list = filtersOf(design, gap)
  const before = list[gap.index - 1]
  const after = list[gap.index]
  const name = (filter: { name?: unknown }): string => shortName(String(filter.name ?? 'filter'))
  const where = before ? `after ${name(before)}` : after ? `before ${name(after)}` : 'as the first filter'
  return (
    <p className={classes.where}>
      <kbd>Enter</kbd> inserts {where}
    </p>
  )
}

function keyOf(entry: CatalogueEntry): string {
  return `${entry.kind}-${entry.name}`
}

function PaletteItem({
  entry,
  active,
  onInsert,
}: {
  entry: CatalogueEntry
  active: boolean
  onInsert(entry: CatalogueEntry): void
}) {
  const { drag } = useServices()
  const actions = useActions()
  const [dragging, setDragging] = useState(false)
  return (
    <div
      id={`palette-${keyOf(entry)}`}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      data-entry={keyOf(entry)}
      data-kind={entry.kind}
      data-passes={entry.modelled === 'none' || undefined}
      data-dragging={dragging || undefined}
      className={classes.item}
      title={[
        entry.summary,
        entry.deprecated,
        entry.notModelled.length > 0 && `Not simulated: ${entry.notModelled.join('; ')}`,
      ]
        .filter(Boolean)
        .join('\n')}
      onPointerDown={(event) => {
        startDrag(drag, event.nativeEvent, {
          dragged: { entry },
          label: entry.title,
          kind: fits(entry.kind),
          drop: (_, over) => actions.insert(entry, over),
        })
        setDragging(true)
        window.addEventListener('pointerup', () => setDragging(false), { once: true })
      }}
      onDoubleClick={() => onInsert(entry)}
    >
      <i aria-hidden="true" />
      <span className={classes.text}>
        <span className={classes.title}>
          {entry.title}
          {entry.kind !== 'http' && entry.kind !== entry.group && <em>{entry.kind}</em>}
          {entry.deprecated && <em data-tone="warn">deprecated</em>}
          {!entry.deprecated && entry.modelled === 'none' && <span className="visually-hidden">, not simulated</span>}
        </span>
        <small>{entry.summary}</small>
      </span>
      <IconGripVertical size={14} className={classes.grip} aria-hidden="true" />
    </div>
  )
}

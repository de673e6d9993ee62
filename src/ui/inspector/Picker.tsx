import '@mantine/core/styles/ScrollArea.css'
import '@mantine/core/styles/Popover.css'
import '@mantine/core/styles/Input.css'
import '@mantine/core/styles/Combobox.css'
import { Combobox, useCombobox } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import classes from './form/form.module.css'

export interface PickOption {
  value: string
  label: string
  /** Said in smaller letters below it. */
  detail?: string
}

interface PickerProps {
  /** What the list is for, to a screen reader. */
  label: string
  options: readonly PickOption[]
  children: ReactNode
  /** The button's name to a screen reader, where its text does not say enough. */
  name?: string
  className?: string
  disabled?: boolean
  onPick(value: string): void
}

/** Rows that are drawn at once; the search narrows the rest down. */
const MOST = 80

/** A button that opens a list to search and pick from. */
export function Picker({ label, name, options, children, className, disabled, onPick }: PickerProps) {
  const [query, setQuery] = useState('')
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption()
      combobox.focusTarget()
      setQuery('')
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  })
  const words = query.toLowerCase().split(/\s+/)
  const found = combobox.dropdownOpened
    ? options.filter((one) => {
        const text = `${one.label} ${one.detail ?? ''}`.toLowerCase()
        return words.every((word) => text.includes(word))
      })
    : []
  return (
    <Combobox
      store={combobox}
      width={300}
      position="bottom-start"
      middlewares={{ flip: true, shift: { padding: 8 }, size: true }}
      transitionProps={{ duration: 0 }}
      onOptionSubmit={(value) => {
        combobox.closeDropdown()
        onPick(value)
      }}
    >
      <Combobox.Target targetType="button">
        <button
          type="button"
          className={className ?? classes.add}
          aria-label={name}
          title={label}
          disabled={disabled}
          onClick={() => combobox.toggleDropdown()}
        >
          {children}
        </button>
      </Combobox.Target>
      <Combobox.Dropdown className={classes.dropdown}>
        <Combobox.Search
          value={query}
          aria-label={`Search: ${label}`}
          placeholder="Search"
          onChange={(event) => {
            setQuery(event.currentTarget.value)
            combobox.selectFirstOption()
          }}
        />
        <Combobox.Options mah={280} style={{ overflowY: 'auto' }} aria-label={label}>
          {found.slice(0, MOST).map((one) => (
            <Combobox.Option key={one.value} value={one.value} className={classes.option}>
              <b>{one.label}</b>
              {one.detail && <small>{one.detail}</small>}
            </Combobox.Option>
          ))}
          {found.length > MOST && <Combobox.Empty>{found.length - MOST} more: search to find them</Combobox.Empty>}
          {found.length === 0 && <Combobox.Empty>Nothing is called that</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}

import { Menu } from '@mantine/core'
import '@mantine/core/styles/Popover.css'
import '@mantine/core/styles/Menu.css'
import type { ReactNode } from 'react'
import { canDisable, isDisabled } from '../../model/edits/filters.ts'
import { useActions } from '../use-actions.ts'
import type { Subject } from './subject.ts'

/** What can be done to the selected object, behind one button. */
export function ObjectMenu({ subject, locked, children }: { subject: Subject; locked: boolean; children: ReactNode }) {
  const actions = useActions()
  const { id, place, entry } = subject
  const unlocked = actions.state.design?.view?.unlocked?.includes(id) === true
  return (
    <Menu position="bottom-end" width={200} transitionProps={{ duration: 0 }} trapFocus>
      <Menu.Target>
        <button type="button" aria-label="What can be done with it">
          {children}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {(locked || unlocked) && (
          <Menu.Item onClick={() => actions.toggleLock(id)} rightSection={<kbd>U</kbd>}>
            {locked ? 'Unlock' : 'Lock again'}
          </Menu.Item>
        )}
        {place && canDisable(place) && !entry?.terminal && (
          <Menu.Item disabled={locked} onClick={() => actions.toggleDisabled(id)} rightSection={<kbd>X</kbd>}>
            {isDisabled(subject.value) ? 'Enable' : 'Disable'}
          </Menu.Item>
        )}
        <Menu.Item onClick={() => actions.duplicate(id)} rightSection={<kbd>D</kbd>}>
          Duplicate
        </Menu.Item>
        <Menu.Item color="red" disabled={locked} onClick={() => actions.remove(id)} rightSection={<kbd>Del</kbd>}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

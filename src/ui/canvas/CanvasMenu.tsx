import { Menu } from '@mantine/core'
import { canDisable, isDisabled } from '../../model/edits/filters.ts'
import { asObject, getAt } from '../../model/json.ts'
import { kindOfId, pathOfId } from '../../model/locate.ts'
import { placeOfPath } from '../../model/place.ts'
import { useApp } from '../context.ts'
import { useActions } from '../use-actions.ts'

export interface MenuPlace {
  id: string
  /** In pixels of the page. */
  x: number
  y: number
}

/** What can be done to one object of the canvas; opened by its button, the right mouse button or Shift+F10. */
export default function CanvasMenu({ at, opened, onClose }: { at: MenuPlace; opened: boolean; onClose(): void }) {
  const actions = useActions()
  const design = useApp((state) => state.design)
  const { id } = at
  const path = design && pathOfId(design, id)
  const kind = kindOfId(id)
  const place = path && placeOfPath(path)
  const filter = place && ['hf', 'nf', 'lf'].includes(kind) ? asObject(getAt(design, path)) : undefined
  const locked = actions.locked(id)
  const unlocked = design?.view?.unlocked?.includes(id) === true
  const ordered = ['hf', 'nf', 'lf', 'route', 'vhost', 'chain'].includes(kind)
  const canOpen = ['listener', 'chain', 'default'].includes(kind)
  return (
    <Menu
      key={`${id} ${at.x} ${at.y}`}
      opened={opened}
      onClose={onClose}
      position="bottom-start"
      offset={2}
      width={230}
      withinPortal
      trapFocus
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>
        <span style={{ position: 'fixed', left: at.x, top: at.y, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown>
        {canOpen && <Menu.Item onClick={() => actions.openObject(id)}>Show on the canvas</Menu.Item>}
        {(locked || unlocked) && (
          <Menu.Item onClick={() => actions.toggleLock(id)} rightSection={<kbd>U</kbd>}>
            {locked ? 'Unlock (Istio’s own)' : 'Lock again'}
          </Menu.Item>
        )}
        {kind === 'listener' && <Menu.Item onClick={() => actions.add('chain', id)}>Add filter chain</Menu.Item>}
        {kind === 'vhost' && <Menu.Item onClick={() => actions.add('route', id)}>Add route</Menu.Item>}
        <Menu.Item onClick={() => actions.duplicate(id)} rightSection={<kbd>D</kbd>}>
          Duplicate
        </Menu.Item>
        {ordered && (
          <>
            <Menu.Item disabled={locked} onClick={() => actions.move(-1, id)} rightSection={<kbd>Alt ↑</kbd>}>
              Move up
            </Menu.Item>
            <Menu.Item disabled={locked} onClick={() => actions.move(1, id)} rightSection={<kbd>Alt ↓</kbd>}>
              Move down
            </Menu.Item>
          </>
        )}
        {filter && place && (
          <Menu.Item
            disabled={locked || !canDisable(place)}
            onClick={() => actions.toggleDisabled(id)}
            rightSection={<kbd>X</kbd>}
          >
            {isDisabled(filter) ? 'Enable' : canDisable(place) ? 'Disable' : 'Disable (Envoy has no switch)'}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item color="red" disabled={locked} onClick={() => actions.remove(id)} rightSection={<kbd>Del</kbd>}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

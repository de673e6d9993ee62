import IconDots from '@tabler/icons-react/icons/IconDots'
import IconLock from '@tabler/icons-react/icons/IconLock'
import IconLockOpen from '@tabler/icons-react/icons/IconLockOpen'
import { Handle, Position } from '@xyflow/react'
import { type HTMLAttributes, useContext } from 'react'
import type { ChangeCounts } from '../../../model/run.ts'
import { useApp } from '../../context.ts'
import { useActions } from '../../use-actions.ts'
import { CanvasContext } from '../canvas-context.ts'
import { focusObject, openMenuAtFocus } from '../keys.ts'
import classes from './nodes.module.css'

/**
 * What makes an element a card of the canvas: it is selected by click and focus, is one stop of the arrow keys, and
 * tells a screen reader what it is.
 */
export function useCard(
  id: string,
  kind: string,
  label: string,
): HTMLAttributes<HTMLElement> & { 'data-focus': string } {
  const selected = useApp((state) => state.selection === id)
  const { tabStop } = useContext(CanvasContext)
  const { state } = useActions()
  return {
    role: 'group',
    'aria-roledescription': kind,
    'aria-label': label,
    'aria-current': selected || undefined,
    tabIndex: tabStop === id ? 0 : -1,
    'data-focus': id,
    onClick: (event) => {
      event.stopPropagation()
      focusObject(id, state)
      state.togglePanel('inspector', true)
    },
  }
}

/** The ends of a card's wires; drawn by the wires, not by themselves. */
export function Wires(props: {
  top?: number
  side?: 'both' | 'out'
  down?: boolean
  /** A further end, for wires round the outside of its column: one that begins at the left, or ends at the right. */
  around?: 'left' | 'right' | undefined
}) {
  const { top = 17, side = 'both', down, around } = props
  const common = { className: classes.handle, isConnectable: false }
  return (
    <>
      {side === 'both' && <Handle id="in" type="target" position={Position.Left} style={{ top }} {...common} />}
      <Handle id="out" type="source" position={Position.Right} style={{ top }} {...common} />
      {around === 'left' && <Handle id="left" type="source" position={Position.Left} style={{ top }} {...common} />}
      {around === 'right' && <Handle id="right" type="target" position={Position.Right} style={{ top }} {...common} />}
      {down && <Handle id="up" type="target" position={Position.Top} {...common} />}
      {down && <Handle id="down" type="source" position={Position.Bottom} {...common} />}
    </>
  )
}

/** How many headers were added, changed and removed: `+1 ~2 −1`. */
export function Counts({ counts, what }: { counts: ChangeCounts | undefined; what: string }) {
  if (!counts) return null
  const { added, changed, removed } = counts
  if (added + changed + removed === 0) return null
  return (
    <span title={`${what}: ${added} added, ${changed} changed, ${removed} removed`} className={classes.counts}>
      {added > 0 && <span className={classes.added}>+{added}</span>}
      {changed > 0 && <span className={classes.changed}>~{changed}</span>}
      {removed > 0 && <span className={classes.removed}>−{removed}</span>}
    </span>
  )
}

/** The lock of something that is Istio's own; shown `always`, or only where the pointer or the selection is. */
export function Lock({ id, locked, name, always }: { id: string; locked: boolean; name: string; always?: boolean }) {
  const actions = useActions()
  const text = locked ? `Unlock ${name}: Istio’s own` : `Lock ${name} again`
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`${classes.tool} ${always || !locked ? '' : classes.onHover}`}
      aria-label={text}
      title={text}
      onPointerDown={(event) => event.stopPropagation()}
      onClick={(event) => {
        event.stopPropagation()
        actions.toggleLock(id)
      }}
    >
      {locked ? <IconLock size={13} /> : <IconLockOpen size={13} />}
    </button>
  )
}

/** Opens the card's menu; shown while the pointer is over the card or the card is selected. */
export function MenuButton({ id, name }: { id: string; name: string }) {
  const { state } = useActions()
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`${classes.tool} ${classes.onHover}`}
      aria-label={`Menu of ${name}`}
      title="Menu"
      onPointerDown={(event) => event.stopPropagation()}
      onClick={(event) => {
        event.stopPropagation()
        focusObject(id, state)
        openMenuAtFocus()
      }}
    >
      <IconDots size={14} />
    </button>
  )
}

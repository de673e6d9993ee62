import type { NodeProps } from '@xyflow/react'
import { memo, type PointerEvent } from 'react'
import { useServices } from '../../context.ts'
import { useActions } from '../../use-actions.ts'
import { useMarks } from '../canvas-context.ts'
import { startDrag } from '../drag.ts'
import { fits } from '../gaps.ts'
import type { CanvasNode } from '../layout-types.ts'
import { Counts, Lock, MenuButton, useCard } from './card.tsx'
import classes from './nodes.module.css'

/** A filter in its chain: what it is, whose it is, and what it did to the last request and its response. */
export const FilterNode = memo(function FilterNode({ id, data }: NodeProps<Extract<CanvasNode, { type?: 'filter' }>>) {
  const { card, gutters } = data
  const services = useServices()
  const actions = useActions()
  const { mark, unreached } = useMarks(id)
  const istio = card.origin !== 'own'
  const replied = mark?.answer === undefined ? 'replied' : `replied ${mark.answer}`
  const did = [mark?.replied && replied, mark?.failed && 'failed'].filter(Boolean).join(', ')
  const notes = did || card.note
  const props = useCard(id, `${card.kind} filter`, labelOf())

  function labelOf(): string {
    const words = [card.title, card.hint, `${data.position} of ${data.count}`, istio && 'Istio’s own']
    words.push(card.locked && 'locked', card.origin === 'edited' && 'edited', notes, unreached && 'not reached')
    return words.filter(Boolean).join(', ')
  }

  const onPointerDown = (event: PointerEvent): void => {
    if (card.locked || card.terminal) return
    startDrag(services.drag, event.nativeEvent, {
      dragged: { from: card.place, id },
      label: card.title,
      kind: fits(card.kind),
      drop: (_, over) => actions.drop(card.place, id, over),
    })
  }

  return (
    <div className={gutters ? classes.row : classes.bare} data-unreached={unreached || undefined}>
      {gutters && (
        <span className={classes.left}>
          <Counts counts={mark?.request} what="Request headers" />
          {mark?.verdict && !mark.request && <span className={classes.verdict}>{mark.verdict}</span>}
        </span>
      )}
      <div
        {...props}
        className={`nopan ${classes.filter}`}
        data-kind={card.kind}
        data-istio={istio || undefined}
        data-edited={card.origin === 'edited' || undefined}
        data-disabled={card.disabled || undefined}
        data-movable={(!card.locked && !card.terminal) || undefined}
        onPointerDown={onPointerDown}
        title={[card.name, card.entry?.summary, card.note].filter(Boolean).join('\n')}
      >
        <span className={classes.name}>{card.title}</span>
        {card.hint && <span className={classes.hint}>{card.hint}</span>}
        <span className={classes.grow} />
        {mark !== undefined && mark.logs > 0 && <span className={classes.note}>log {mark.logs}</span>}
        {notes && (gutters || notes !== 'not simulated') && (
          <span className={classes.note} data-tone={mark?.failed ? 'bad' : mark?.replied ? 'warn' : undefined}>
            {notes}
          </span>
        )}
        <MenuButton id={id} name={card.title} />
        {istio && <Lock id={id} locked={card.locked} name={card.title} always />}
      </div>
      {gutters && (
        <span className={classes.right}>
          <Counts counts={mark?.response} what="Response headers" />
        </span>
      )}
    </div>
  )
})

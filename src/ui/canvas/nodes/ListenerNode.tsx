import type { NodeProps } from '@xyflow/react'
import { memo } from 'react'
import { useActions } from '../../use-actions.ts'
import { useMarks } from '../canvas-context.ts'
import { type CanvasNode, SIZES } from '../layout-types.ts'
import { PickList } from '../PickList.tsx'
import { Lock, MenuButton, useCard, Wires } from './card.tsx'
import classes from './nodes.module.css'

/** A listener; the open one shows its listener filters (cards of their own) and its filter chains to choose from. */
export const ListenerNode = memo(function ListenerNode({
  id,
  data,
}: NodeProps<Extract<CanvasNode, { type?: 'listener' }>>) {
  const { card, open, openChain } = data
  const actions = useActions()
  const { unreached } = useMarks(id)
  const chains = card.chains.length
  const words = [
    card.title,
    card.name,
    `${chains} filter chain${chains === 1 ? '' : 's'}`,
    open && 'open',
    unreached && 'not reached',
  ]
  const props = useCard(id, 'listener', words.filter(Boolean).join(', '))
  const items = card.chains.map((chain) => ({
    id: chain.id,
    title: chain.title,
    detail: [chain.match === chain.title ? '' : chain.match, chain.ends].filter(Boolean).join(' · '),
  }))
  const opens = { onDoubleClick: () => actions.openObject(id) }
  return (
    <div
      {...props}
      {...opens}
      className={`nopan ${classes.card}`}
      data-tone="listener"
      data-closed={!open || undefined}
      data-istio={card.origin !== 'own' || undefined}
      data-unreached={unreached || undefined}
    >
      <Wires />
      <header className={classes.head}>
        <b title={card.name}>{card.title}</b>
        <span className={classes.grow} />
        <MenuButton id={id} name={card.title} />
        {card.origin !== 'own' && <Lock id={id} locked={card.locked} name={card.title} />}
      </header>
      {!open && (
        <button
          type="button"
          tabIndex={-1}
          className={classes.more}
          onClick={(event) => {
            event.stopPropagation()
            actions.state.select(id)
            actions.openObject(id)
          }}
        >
          {summary()}
        </button>
      )}
      {open && card.filters.length === 0 && !data.gap && <div className={classes.faint}>no listener filters</div>}
      {open && chains > 1 && (
        <div className={classes.chains}>
          <div className={classes.caption}>
            <span>filter chains</span>
            <span>{chains}</span>
          </div>
          <PickList
            id={`chains:${id}`}
            label={`Filter chains of ${card.title}`}
            items={items}
            chosen={openChain}
            rowHeight={SIZES.chainRow}
            rows={SIZES.chainRows}
            onChoose={(chain) => {
              actions.state.setView({ chain })
              actions.state.select(chain)
            }}
          />
        </div>
      )}
    </div>
  )

  function summary(): string {
    const [first] = card.chains
    if (chains === 1 && first) return [first.match, first.ends].filter(Boolean).join(' · ')
    return `${chains} filter chains`
  }
})

import IconPlus from '@tabler/icons-react/icons/IconPlus'
import type { NodeProps } from '@xyflow/react'
import { memo } from 'react'
import { useActions } from '../../use-actions.ts'
import { useMarks } from '../canvas-context.ts'
import { type CanvasNode, SIZES } from '../layout-types.ts'
import { PickList } from '../PickList.tsx'
import { Counts, Lock, MenuButton, useCard, Wires } from './card.tsx'
import classes from './nodes.module.css'

type Props<T extends CanvasNode['type']> = NodeProps<Extract<CanvasNode, { type?: T }>>

/** What a column holds, above it. */
export const LabelNode = memo(function LabelNode({ data }: Props<'label'>) {
  return (
    <div className={classes.label}>
      <span>{data.text}</span>
      {data.right && <span>{data.right}</span>}
    </div>
  )
})

/** Where the request comes from. */
export const ClientNode = memo(function ClientNode({ id, data }: Props<'client'>) {
  const props = useCard(id, 'client', `Client ${data.source}, sends ${data.method}`)
  return (
    <div {...props} className={`nopan ${classes.card} ${classes.client}`} data-above={data.above || undefined}>
      <Wires top={data.above ? 20 : 31} side="out" around={data.above ? 'left' : undefined} />
      <b>{data.method}</b>
      <span className="mono">{data.source}</span>
    </div>
  )
})

/** A chain, a connection manager or a virtual host: a frame around the cards inside it. */
export const FrameNode = memo(function FrameNode({ id, data }: Props<'frame'>) {
  const { mark, unreached } = useMarks(id)
  const props = useCard(
    id,
    data.title,
    [data.title, data.detail, unreached && 'not reached'].filter(Boolean).join(', '),
  )
  const istio = data.origin !== 'own'
  return (
    <div
      {...props}
      className={`nopan ${classes.card}`}
      data-tone={data.tone}
      data-frame
      data-unreached={unreached || undefined}
    >
      <Wires down={data.down} />
      <header className={classes.head}>
        <b>{data.title}</b>
        <span className={classes.detail} title={data.detail}>
          {data.detail}
        </span>
        <Counts counts={mark?.request} what="Request headers" />
        <MenuButton id={id} name={data.title} />
        {istio && <Lock id={id} locked={data.locked} name={data.title} />}
      </header>
    </div>
  )
})

/** Where a phase of Istio's begins among the HTTP filters. */
export const SlotNode = memo(function SlotNode({ data }: Props<'slot'>) {
  return <div className={classes.slot}>{data.label}</div>
})

/** The gap that a filter will go into. */
export const GapNode = memo(function GapNode({ data }: Props<'gap'>) {
  return <div className={classes.gap}>{data.text}</div>
})

/** A route: what it matches and where it leads. */
export const RouteNode = memo(function RouteNode({ id, data }: Props<'route'>) {
  const { card } = data
  const { mark, unreached } = useMarks(id)
  const words = [
    `${card.title}, ${data.position} of ${data.count}`,
    card.match,
    card.detail,
    card.target,
    unreached && 'not reached',
    mark && `chosen: ${mark.reason ?? ''}`,
  ]
  const props = useCard(id, 'route', words.filter(Boolean).join(', '))
  return (
    <div {...props} className={`nopan ${classes.route}`} data-unreached={unreached || undefined}>
      <Wires top={20} />
      <div className={classes.line}>
        <b>{card.title}</b>
        <span className={classes.grow} />
        <Counts counts={mark?.request} what="Request headers" />
        {mark && (
          <span className={classes.note} data-tone="ok" title={mark.reason}>
            chosen
          </span>
        )}
        <MenuButton id={id} name={card.title} />
        {card.origin !== 'own' && <Lock id={id} locked={card.locked} name={card.title} />}
      </div>
      <span className={`mono ${classes.clip}`} title={card.match}>
        {card.match}
      </span>
      <span className={`${classes.clip} ${classes.dim}`} title={card.detail}>
        {unreached ? 'not reached' : card.detail || ' '}
      </span>
      <span className={`${classes.clip} ${classes.target}`} title={card.clusters.join(', ')}>
        {card.target}
      </span>
    </div>
  )
})

/** A cluster: where requests end. */
export const ClusterNode = memo(function ClusterNode({ id, data }: Props<'cluster'>) {
  const { card } = data
  const { mark, unreached } = useMarks(id)
  const answered = mark?.answer && `answered ${mark.answer}`
  const words = [card.name, card.detail, answered, unreached && 'not reached']
  const props = useCard(id, 'cluster', words.filter(Boolean).join(', '))
  return (
    <div {...props} className={`nopan ${classes.card}`} data-tone="cluster" data-unreached={unreached || undefined}>
      <Wires top={27} around="right" />
      <div className={classes.line}>
        <b className={classes.clip} title={card.name}>
          {card.title}
        </b>
        <span className={classes.grow} />
        {mark?.answer && (
          <span className={classes.note} data-tone={Number(mark.answer) < 400 ? 'ok' : 'bad'} title={answered}>
            {mark.answer}
          </span>
        )}
        <MenuButton id={id} name={card.title} />
        {card.origin !== 'own' && <Lock id={id} locked={card.locked} name={card.title} />}
      </div>
      <span className={`${classes.clip} ${classes.dim}`}>{card.detail}</span>
    </div>
  )
})

/** One of many: listeners, virtual hosts or clusters that are too many to draw. */
export const PickerNode = memo(function PickerNode({ id, data }: Props<'picker'>) {
  const { state } = useActions()
  const choose = (chosen: string): void => {
    if (data.what === 'listeners') state.setView({ listener: chosen, chain: undefined })
    if (data.what === 'hosts') state.setView({ host: chosen })
    state.select(chosen)
    state.togglePanel('inspector', true)
  }
  const tone = { listeners: 'listener', hosts: 'route', clusters: 'cluster' }[data.what]
  return (
    <div className={`nopan ${classes.card} ${classes.picker}`} data-tone={tone}>
      <div className={classes.caption}>
        <span>{data.title}</span>
        <span>{data.items.length}</span>
      </div>
      <PickList
        id={id}
        label={data.title}
        items={data.items}
        chosen={data.chosen}
        rowHeight={SIZES.pickRow}
        rows={data.rows}
        onChoose={choose}
      />
    </div>
  )
})

/** Adds one more at the end of a column. */
export const AddNode = memo(function AddNode({ id, data }: Props<'add'>) {
  const actions = useActions()
  return (
    <button
      type="button"
      tabIndex={-1}
      data-focus={id}
      className={`nopan ${classes.add}`}
      onClick={(event) => {
        event.stopPropagation()
        actions.add(data.add, data.of)
      }}
    >
      <IconPlus size={13} />
      {data.text}
    </button>
  )
})

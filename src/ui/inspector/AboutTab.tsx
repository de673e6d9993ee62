import { canDisable, isDisabled } from '../../model/edits/filters.ts'
import { formatPath } from '../../model/json.ts'
import type { Origin } from '../../model/origin.ts'
import { useActions } from '../use-actions.ts'
import classes from './Inspector.module.css'
import { configType, type Subject } from './subject.ts'

const ORIGINS: Record<Origin, string> = {
  base: 'Istio’s own, as istiod sent it',
  edited: 'Istio’s own, edited here',
  own: 'yours',
}

const KINDS: Record<string, string> = {
  http: 'an HTTP connection manager’s filters',
  network: 'a filter chain',
  listener: 'a listener’s own filters, before a filter chain is chosen',
  udp: 'a UDP listener’s filters',
}

const MODELLED = {
  full: 'all that a client or a server can see',
  partial: 'in part',
  none: 'not at all: traffic passes through unchanged, and the trace says so',
}

interface AboutTabProps {
  subject: Subject
  origin: Origin
  locked: boolean
}

/** What is known of the selected object, and what can be done to it as a whole. */
export default function AboutTab({ subject, origin, locked }: AboutTabProps) {
  const actions = useActions()
  const { entry, place, id } = subject
  const unlocked = actions.state.design?.view?.unlocked?.includes(id) === true
  const type = place ? configType(subject.value) : subject.typeName
  const off = isDisabled(subject.value)
  return (
    <div className={classes.scroll}>
      {entry && <p className={classes.summary}>{entry.summary}</p>}
      {entry?.deprecated && <p className={classes.warning}>Deprecated: {entry.deprecated}</p>}
      <dl className={classes.facts}>
        {entry && <Fact name="Group">{entry.group}</Fact>}
        {entry && (
          <Fact name="Stands in">
            {KINDS[entry.kind]}
            {entry.terminal ? ', as the last one: it ends the chain' : ''}
            {entry.upstream ? '; also among a cluster’s filters' : ''}
          </Fact>
        )}
        {entry && (
          <Fact name="Simulated">
            {MODELLED[entry.modelled]}
            {entry.modelled === 'partial' && (
              <ul>
                {entry.notModelled.map((one) => (
                  <li key={one}>not: {one}</li>
                ))}
              </ul>
            )}
          </Fact>
        )}
        {place && !entry && (
          <Fact name="Simulated">
            not at all: this filter is none that Envoy 1.40 or Istio has; it is kept as it is
          </Fact>
        )}
        <Fact name="Whose">{ORIGINS[origin]}</Fact>
        <Fact name="Type">
          <code>{type || 'none'}</code>
        </Fact>
        <Fact name="Path">
          <code>{formatPath(subject.path.slice(1))}</code>
        </Fact>
        {entry && (
          <Fact name="More">
            <a href={entry.docs} target="_blank" rel="noreferrer">
              Envoy’s documentation
            </a>
          </Fact>
        )}
      </dl>
      <div className={classes.buttons}>
        {(locked || unlocked) && (
          <button type="button" className={classes.button} onClick={() => actions.toggleLock(id)}>
            {locked ? 'Unlock' : 'Lock again'}
          </button>
        )}
        {place && canDisable(place) && !entry?.terminal && (
          <button type="button" className={classes.button} disabled={locked} onClick={() => actions.toggleDisabled(id)}>
            {off ? 'Enable' : 'Disable'}
          </button>
        )}
        <button type="button" className={classes.button} onClick={() => actions.duplicate(id)}>
          Duplicate
        </button>
        <button type="button" className={classes.danger} disabled={locked} onClick={() => actions.remove(id)}>
          Delete
        </button>
      </div>
    </div>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

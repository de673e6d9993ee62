import { lazy, Suspense, useMemo, useState } from 'react'
import type { Upstream, UpstreamAnswer } from '../../model/design.ts'
import { setUpstream } from '../../model/edits/traffic.ts'
import { useApp, useServices } from '../context.ts'
import { type AskedService, askedServices } from './asked-services.ts'
import { FieldTable } from './FieldTable.tsx'
import classes from './RequestEditor.module.css'
import type { CaseResult } from './result.ts'

const ServiceAnswer = lazy(() => import('./ServiceAnswer.tsx'))

/** What stands behind the clusters: the one that the last run reached comes first. */
export function UpstreamEditor() {
  const clusters = useApp((state) => state.design?.config.clusters)
  const upstreams = useApp((state) => state.design?.upstreams)
  const config = useApp((state) => state.design?.config)
  const asked = useMemo(() => askedServices(config), [config])
  const reached = useApp((state) => (state.run.outcome?.result as CaseResult | undefined)?.upstream[0]?.cluster)
  const [chosen, setChosen] = useState<string>()
  const names = (clusters ?? []).map((cluster) => String(cluster.name))
  const passing = (clusters ?? []).filter((cluster) => cluster.type === 'ORIGINAL_DST').map(({ name }) => name)
  const told = Object.keys(upstreams ?? {}).find((name) => !passing.includes(name))
  const shown = [chosen, reached, told, names[0]].find((name) => name !== undefined && names.includes(name))
  if (shown === undefined) return null
  return (
    <section className={classes.upstream} aria-label="Servers">
      <div className={classes.server}>
        <label>
          Server of
          <select value={shown} onChange={(event) => setChosen(event.target.value)}>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      <Answers key={shown} cluster={shown} service={asked.get(shown)} />
    </section>
  )
}

type Kind = 'answers' | 'down' | 'reset' | 'tcp'

function kindOf(upstream: Upstream | undefined): Kind {
  if (upstream === 'down') return 'down'
  if (upstream && !Array.isArray(upstream)) return 'tcp'
  return upstream?.[0]?.reset ? 'reset' : 'answers'
}

const KINDS: { kind: Kind; label: string; upstream: Upstream }[] = [
  { kind: 'answers', label: 'answers', upstream: [{ status: 200 }] },
  { kind: 'down', label: 'is down', upstream: 'down' },
  { kind: 'reset', label: 'resets the request', upstream: [{ reset: true }] },
  { kind: 'tcp', label: 'echoes bytes', upstream: { tcp: { echo: true } } },
]

function Answers({ cluster, service }: { cluster: string; service: AskedService | undefined }) {
  const { store } = useServices()
  const upstream = useApp((state) => state.design?.upstreams[cluster])
  const kind = kindOf(upstream)
  const change = (next: Upstream): void => {
    const { design, apply } = store.getState()
    if (design) apply(setUpstream(design, cluster, next), { merge: `upstream ${cluster}` })
  }
  const answers: UpstreamAnswer[] = Array.isArray(upstream) ? upstream : [{}]
  const first = answers[0] ?? {}
  const set = (more: Partial<UpstreamAnswer>): void => change(answers.with(0, { ...first, ...more }))
  return (
    <>
      <div className={classes.answer}>
        <select
          aria-label="What the server does"
          value={kind}
          onChange={(event) => change(KINDS.find((each) => each.kind === event.target.value)!.upstream)}
        >
          {KINDS.map((each) => (
            <option key={each.kind} value={each.kind}>
              {each.label}
            </option>
          ))}
        </select>
        {kind === 'answers' && (
          <>
            <input
              aria-label="Status"
              type="number"
              min={100}
              max={599}
              value={first.status ?? 200}
              onChange={(event) => set({ status: Number(event.target.value) })}
            />
            <label>
              after
              <input
                aria-label="Delay in milliseconds"
                type="number"
                min={0}
                placeholder="0"
                value={first.delayMs ?? ''}
                onChange={(event) =>
                  set({ delayMs: event.target.value === '' ? undefined : Number(event.target.value) })
                }
              />
              ms
            </label>
            {answers.length > 1 && <span className={classes.said}>then {answers.length - 1} more</span>}
          </>
        )}
      </div>
      {kind === 'answers' && service && (
        <Suspense fallback={null}>
          <ServiceAnswer service={service} answer={first} onChange={(answer) => change(answers.with(0, answer))} />
        </Suspense>
      )}
      {kind === 'answers' && service?.protocol !== 'grpc' && (
        <>
          <FieldTable
            label="Answer headers"
            add="add a header to the answer"
            rows={first.headers ?? []}
            onChange={(headers) => set({ headers })}
          />
          <textarea
            aria-label="Answer body"
            rows={2}
            spellCheck={false}
            placeholder="body of the answer"
            value={typeof first.body === 'string' ? first.body : ''}
            onChange={(event) => set({ body: event.target.value })}
          />
        </>
      )}
    </>
  )
}

import type { Fields } from '../../model/design.ts'
import { setExpectation } from '../../model/edits/traffic.ts'
import type { Json } from '../../model/json.ts'
import { useApp, useServices } from '../context.ts'
import { expectationOf } from './expectation.ts'
import classes from './ResultView.module.css'
import { bytesText, type CaseResult } from './result.ts'

/** What the client got, and how Envoy would log it. */
export function ResponseView({ result }: { result: CaseResult }) {
  const { response, details, flags, route, cluster } = result
  const facts: [string, string | undefined][] = [
    ['Status', response.status === undefined ? undefined : String(response.status)],
    ['Connection', response.closed ? 'closed' : response.reset ? 'stream reset' : undefined],
    ['Details', details],
    ['Flags', flags],
    ['Route', route],
    ['Cluster', cluster],
  ]
  return (
    <div className={classes.message}>
      <dl className={classes.facts}>
        {facts
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <Expected result={result} />
      <FieldList fields={response.headers} />
      <Body text={bytesText(response.body ?? response.received)} />
      <FieldList fields={response.trailers} title="Trailers" />
    </div>
  )
}

/** Whether this is what the design expects of the request, and the way to say that it is. */
function Expected({ result }: { result: CaseResult }) {
  const { store } = useServices()
  const design = useApp((state) => state.design)
  const index = useApp((state) => state.run.request)
  const outcome = useApp((state) => state.run.outcome)
  if (!design) return null
  const expectation = expectationOf(design, index, outcome)
  const set = (value: Json): void => store.getState().apply(setExpectation(design, index, value))
  const expectThis = (
    <button type="button" onClick={() => set(result as unknown as Json)}>
      {expectation.kind === 'none' ? 'Expect this result' : 'Expect this one instead'}
    </button>
  )
  if (expectation.kind === 'none') return <p className={classes.expected}>{expectThis}</p>
  return (
    <div className={classes.expected} data-kind={expectation.kind}>
      <b>{expectation.kind === 'met' ? '✓ as expected' : '✗ not as expected'}</b>
      {expectation.kind === 'missed' && expectThis}
      <button type="button" onClick={() => set(null)}>
        Expect nothing
      </button>
      {expectation.kind === 'missed' && (
        <ul>
          {expectation.differences.slice(0, 20).map((line) => (
            <li key={line}>{line.replace(/^\./, '')}</li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** Every request or connection that reached a server, in order. */
export function ServersView({ result }: { result: CaseResult }) {
  if (result.upstream.length === 0) return <p className={classes.nothing}>Nothing reached a server.</p>
  return (
    <>
      {result.upstream.map((received, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a request is known by its place
        <div key={i} className={classes.message}>
          <p className={classes.line}>
            <b>{received.cluster}</b>{' '}
            {received.method !== undefined && (
              <code>
                {received.method} {received.authority}
                {received.path}
              </code>
            )}
          </p>
          <FieldList fields={received.headers} />
          <Body text={bytesText(received.body ?? received.received)} />
          <FieldList fields={received.trailers} title="Trailers" />
        </div>
      ))}
    </>
  )
}

function FieldList({ fields, title }: { fields: Fields | undefined; title?: string }) {
  if (!fields || fields.length === 0) return null
  return (
    <table className={classes.headers}>
      {title && <caption>{title}</caption>}
      <tbody>
        {fields.map(([name, value], i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: names repeat
          <tr key={i}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Body({ text }: { text: string }) {
  return text === '' ? null : <pre className={classes.body}>{text}</pre>
}

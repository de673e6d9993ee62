import type { Fields } from '../../model/design.ts'
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
      <FieldList fields={response.headers} />
      <Body text={bytesText(response.body ?? response.received)} />
      <FieldList fields={response.trailers} title="Trailers" />
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

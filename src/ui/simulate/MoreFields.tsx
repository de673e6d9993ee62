import type { Bytes, RequestSpec } from '../../model/design.ts'
import { useApp } from '../context.ts'
import { FieldTable } from './FieldTable.tsx'
import classes from './RequestEditor.module.css'

/** Body, protocol, TLS, addresses: what most requests leave as it is. */
export function MoreFields(props: { request: RequestSpec; onChange(request: RequestSpec, field: string): void }) {
  const { request, onChange } = props
  const listeners = useApp((state) => state.design?.config.listeners)
  const { tls } = request
  const said = [
    request.body === undefined ? '' : 'body',
    request.protocol === 'http2' ? 'HTTP/2' : '',
    tls ? `TLS ${tls.sni ?? ''}` : '',
    request.sourceAddress ? `from ${request.sourceAddress}` : '',
    request.listener ?? '',
  ].filter((part) => part !== '')
  const set = (field: keyof RequestSpec, value: unknown): void => {
    const { [field]: _, ...rest } = request
    onChange((value === undefined || value === '' ? rest : { ...request, [field]: value }) as RequestSpec, field)
  }
  return (
    <details className={classes.more}>
      <summary>Body, TLS, source {said.length > 0 && <span className={classes.said}>{said.join(' · ')}</span>}</summary>
      <div className={classes.grid}>
        <label className={classes.wide}>
          Body
          <textarea
            rows={3}
            spellCheck={false}
            value={textOf(request.body)}
            placeholder="none"
            onChange={(event) => set('body', event.target.value)}
          />
        </label>
        <label>
          Protocol
          <select value={request.protocol ?? 'http1'} onChange={(event) => set('protocol', event.target.value)}>
            <option value="http1">HTTP/1.1</option>
            <option value="http2">HTTP/2</option>
          </select>
        </label>
        <label>
          Listener
          <select value={request.listener ?? ''} onChange={(event) => set('listener', event.target.value)}>
            <option value="">the first</option>
            {listeners?.map(({ name }) => (
              <option key={String(name)}>{String(name)}</option>
            ))}
          </select>
        </label>
        <label>
          Source address
          <input
            placeholder="127.0.0.1"
            value={request.sourceAddress ?? ''}
            onChange={(event) => set('sourceAddress', event.target.value)}
          />
        </label>
        <label>
          Sent after (ms)
          <input
            type="number"
            min={0}
            placeholder="0"
            value={request.afterMs ?? ''}
            onChange={(event) => set('afterMs', event.target.value === '' ? undefined : Number(event.target.value))}
          />
        </label>
        <label className={classes.check}>
          <input
            type="checkbox"
            checked={tls !== undefined}
            onChange={(event) => set('tls', event.target.checked ? {} : undefined)}
          />
          The client speaks TLS
        </label>
        {tls && (
          <>
            <label>
              SNI
              <input
                value={tls.sni ?? ''}
                placeholder="none"
                onChange={(event) => set('tls', { ...tls, sni: event.target.value })}
              />
            </label>
            <label>
              ALPN
              <input
                placeholder="h2, http/1.1"
                value={(tls.alpn ?? []).join(', ')}
                onChange={(event) =>
                  set('tls', { ...tls, alpn: event.target.value.split(/,\s*/).filter((part) => part !== '') })
                }
              />
            </label>
            <label className={classes.wide}>
              Client certificate (PEM)
              <textarea
                rows={2}
                spellCheck={false}
                placeholder="none"
                value={tls.clientCertificate ?? ''}
                onChange={(event) => set('tls', { ...tls, clientCertificate: event.target.value || undefined })}
              />
            </label>
          </>
        )}
        <div className={classes.wide}>
          {request.protocol === 'http2' && (
            <>
              Trailers
              <FieldTable
                label="Request trailers"
                add="add a trailer"
                rows={request.trailers ?? []}
                onChange={(trailers) => set('trailers', trailers)}
              />
            </>
          )}
        </div>
      </div>
    </details>
  )
}

function textOf(bytes: Bytes | undefined): string {
  return typeof bytes === 'string' ? bytes : bytes ? `base64: ${bytes.base64}` : ''
}

import { useState } from 'react'
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
    request.originalDestination ? `to ${addressText(request.originalDestination)}` : '',
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
          Name
          <input
            placeholder="canary users"
            value={request.name ?? ''}
            onChange={(event) => set('name', event.target.value)}
          />
        </label>
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
        <MeantFor address={request.originalDestination} onChange={(address) => set('originalDestination', address)} />
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

type Address = NonNullable<RequestSpec['originalDestination']>

// What is typed stays as it is until it is an address: only then it is one.
function MeantFor(props: { address: Address | undefined; onChange(address: Address | undefined): void }) {
  const { address, onChange } = props
  const [typed, setTyped] = useState<string>()
  const text = typed ?? (address ? addressText(address) : '')
  return (
    <label title="Where the client wanted to go before iptables redirected it here">
      Meant for
      <input
        placeholder="10.0.0.1:8080"
        value={text}
        aria-invalid={text !== '' && addressOf(text) === undefined}
        onChange={(event) => {
          setTyped(event.target.value)
          const next = addressOf(event.target.value)
          if (next || event.target.value === '') onChange(next)
        }}
        onBlur={() => setTyped(undefined)}
      />
    </label>
  )
}

/** `10.0.0.1:8080`, `[fd00::1]:80`; undefined for anything else. */
function addressOf(text: string): Address | undefined {
  const [, six, four, port] = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})$/i.exec(text.trim()) ?? []
  const ip = six ?? four
  return ip !== undefined && Number(port) < 65_536 ? { ip, port: Number(port) } : undefined
}

function addressText({ ip, port }: Address): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

function textOf(bytes: Bytes | undefined): string {
  return typeof bytes === 'string' ? bytes : bytes ? `base64: ${bytes.base64}` : ''
}

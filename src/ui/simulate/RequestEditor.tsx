import { useState } from 'react'
import type { RequestSpec } from '../../model/design.ts'
import { setRequest } from '../../model/edits/traffic.ts'
import { useApp, useServices } from '../context.ts'
import { FieldTable } from './FieldTable.tsx'
import { MoreFields } from './MoreFields.tsx'
import classes from './RequestEditor.module.css'
import { RequestList } from './RequestList.tsx'
import { UpstreamEditor } from './UpstreamEditor.tsx'
import { urlOf, withUrl } from './url.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']
const NO_REQUEST: RequestSpec = {}

/** The request to send, the others of the design, and what the servers answer. */
export function RequestEditor() {
  const { store } = useServices()
  const index = useApp((state) => state.run.request)
  const request = useApp((state) => state.design?.requests[state.run.request]) ?? NO_REQUEST
  const change = (next: RequestSpec, field: string): void => {
    const { design, apply } = store.getState()
    if (design) apply(setRequest(design, index, next), { merge: `request ${index} ${field}` })
  }
  return (
    <div className={classes.editor}>
      <RequestList />
      <div className={classes.target}>
        <select
          aria-label="Method"
          value={request.method ?? 'GET'}
          onChange={(event) => change({ ...request, method: event.target.value }, 'method')}
        >
          {[...new Set([...METHODS, request.method ?? 'GET'])].map((method) => (
            <option key={method}>{method}</option>
          ))}
        </select>
        <UrlField key={index} request={request} onChange={(next) => change(next, 'url')} />
      </div>
      <FieldTable
        label="Request headers"
        add="add a header"
        rows={request.headers ?? []}
        onChange={(headers) => change({ ...request, headers }, 'headers')}
      />
      <MoreFields request={request} onChange={change} />
      <UpstreamEditor />
    </div>
  )
}

// What is typed is kept as it is while the field has the focus: a half-typed URL must not be rewritten under the cursor.
function UrlField({ request, onChange }: { request: RequestSpec; onChange(request: RequestSpec): void }) {
  const [typed, setTyped] = useState<string>()
  return (
    <input
      aria-label="URL"
      spellCheck={false}
      value={typed ?? urlOf(request)}
      onChange={(event) => {
        setTyped(event.target.value)
        onChange(withUrl(request, event.target.value))
      }}
      onBlur={() => setTyped(undefined)}
    />
  )
}

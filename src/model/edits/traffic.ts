import type { ConnectionSpec, Design, RequestSpec, Upstream } from '../design.ts'
import type { Json } from '../json.ts'
import type { Edit } from './edit.ts'

/** Replaces a request, or adds one with `index` at the end of the list. */
export function setRequest(design: Design, index: number, request: RequestSpec): Edit {
  const added = index >= design.requests.length
  const requests = added ? [...design.requests, request] : design.requests.with(index, request)
  const changed = added ? addExpectation({ ...design, requests }, design.requests.length) : { ...design, requests }
  return { design: changed, label: added ? 'Add a request' : 'Edit the request' }
}

/** Removes a request, and what was expected of it. */
export function removeRequest(design: Design, index: number): Edit {
  return {
    design: dropExpectation({ ...design, requests: design.requests.toSpliced(index, 1) }, index),
    label: 'Delete a request',
  }
}

/** Replaces a connection, or adds one with `index` at the end of the list. */
export function setConnection(design: Design, index: number, connection: ConnectionSpec): Edit {
  const added = index >= design.connections.length
  const connections = added ? [...design.connections, connection] : design.connections.with(index, connection)
  const at = design.requests.length + design.connections.length
  const changed = added ? addExpectation({ ...design, connections }, at) : { ...design, connections }
  return { design: changed, label: added ? 'Add a connection' : 'Edit the connection' }
}

/** Removes a connection, and what was expected of it (expectations of connections follow those of requests). */
export function removeConnection(design: Design, index: number): Edit {
  return {
    design: dropExpectation(
      { ...design, connections: design.connections.toSpliced(index, 1) },
      design.requests.length + index,
    ),
    label: 'Delete a connection',
  }
}

/** Keeps the list of expectations in step: null stands for a request of which nothing is expected yet. */
function addExpectation(design: Design, index: number): Design {
  return design.expect ? { ...design, expect: design.expect.toSpliced(index, 0, null) } : design
}

function dropExpectation(design: Design, index: number): Design {
  return design.expect ? { ...design, expect: design.expect.toSpliced(index, 1) } : design
}

/** Says what stands behind a cluster; undefined goes back to the default answer. */
export function setUpstream(design: Design, cluster: string, upstream: Upstream | undefined): Edit {
  const { [cluster]: _, ...others } = design.upstreams
  const upstreams = upstream === undefined ? others : { ...design.upstreams, [cluster]: upstream }
  return { design: { ...design, upstreams }, label: `Edit the answers of ${cluster}` }
}

/** Says what is to come of a request (or, after the requests, of a connection); null expects nothing of it. */
export function setExpectation(design: Design, index: number, result: Json): Edit {
  const count = design.requests.length + design.connections.length
  const expect = Array.from({ length: count }, (_, i) => (i === index ? result : (design.expect?.[i] ?? null)))
  const label = result === null ? 'Expect nothing of the request' : 'Expect this result'
  if (expect.some((one) => one !== null)) return { design: { ...design, expect }, label }
  const { expect: _, ...rest } = design
  return { design: rest, label }
}

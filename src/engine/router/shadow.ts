import type { Buffer } from '../buffer.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { portStart } from '../http/header-utility.ts'
import type { ShadowPolicy } from '../route/types.ts'
import type { AsyncClient } from '../upstream/types.ts'
import type { RouterStream } from './types.ts'

/** Sends a copy of the request to each mirror; what they answer is thrown away (source/common/router/shadow_writer_impl.cc). */
export function sendShadows(
  policies: readonly ShadowPolicy[],
  headers: HeaderMap,
  body: Buffer | undefined,
  trailers: HeaderMap | undefined,
  stream: RouterStream,
  client: AsyncClient,
  timeoutMs: number,
): void {
  for (const policy of policies) {
    const cluster = policy.cluster(headers)
    if (cluster === undefined) continue
    if (!client.hasCluster(cluster)) {
      stream.note(`mirror cluster '${cluster}' does not exist: nothing is mirrored`)
      continue
    }
    const copy = headers.clone()
    if (policy.hostRewrite !== undefined) copy.set(':authority', policy.hostRewrite)
    else if (!policy.disableHostSuffix) copy.set(':authority', shadowHost(copy.get(':authority') ?? ''))
    policy.mutateHeaders(copy, stream.info)
    client.send(
      cluster,
      copy,
      body?.bytes().slice(),
      { timeoutMs, streamed: body !== undefined },
      { onSuccess: () => undefined, onFailure: () => undefined },
      trailers?.clone(),
    )
  }
}

function shadowHost(host: string): string {
  const colon = portStart(host)
  return colon < 0 ? `${host}-shadow` : `${host.slice(0, colon)}-shadow${host.slice(colon)}`
}

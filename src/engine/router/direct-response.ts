import { fromLatin1, textOf } from '../bytes.ts'
import type { HeadersStatus } from '../http/filter.ts'
import type { HeaderMap } from '../http/header-map.ts'
import type { DirectResponse, Route } from '../route/types.ts'
import type { RouterStream } from './types.ts'

/** Answers by a direct_response or redirect: body, location, and the route's response headers. */
export function respondDirectly(
  stream: RouterStream,
  headers: HeaderMap,
  route: Route,
  direct: DirectResponse,
  insertOriginalPath: boolean,
): HeadersStatus {
  direct.rewritePathHeader(headers, insertOriginalPath)
  const { body, contentType } = direct.body(stream.info, headers)
  return stream.reply(direct.status, textOf(fromLatin1(body)), {
    details: 'direct_response',
    headers: (response) => {
      const location = headers.has(':path') ? direct.newUri(headers, stream.info) : undefined
      const locates = direct.status === 201 || (direct.status >= 300 && direct.status < 400)
      if (location && locates) response.add('location', location)
      route.finalizeResponseHeaders(response, stream.info)
      if (contentType !== undefined && body !== '') response.set('content-type', contentType)
    },
  })
}

import { toByteString } from '../../../engine/bytes.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import type { HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { type Cidr, cidrContains, parseCidr, parseIp } from '../../../engine/match/cidr.ts'
import type { IPTagging } from '../../../envoy/types/envoy/extensions/filters/http/ip_tagging/v3/ip_tagging_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

const INTERNAL = 1
const EXTERNAL = 2
const APPEND = 1
const TAGS_HEADER = 'x-envoy-ip-tags'

interface TaggedRange {
  tag: string
  cidr: Cidr
}

/**
 * Writes the names of the ranges that the client's address lies in to a header, and lets the route be chosen anew.
 * Envoy: source/extensions/filters/http/ip_tagging/ip_tagging_filter.cc.
 */
export const ipTagging = defineHttpFilter<IPTagging, readonly TaggedRange[]>({
  ...about,
  shared: (config, { path }) => taggedRanges(config, path),
  create: ({ config, shared, context }) => {
    const header = config.ipTagHeader
    const headerName = header ? toByteString(header.header).toLowerCase() : undefined
    return {
      decodeHeaders(headers, stream) {
        const internal = headers.get('x-envoy-internal') === 'true'
        if (internal ? config.requestType === EXTERNAL : config.requestType === INTERNAL) {
          stream.note(`${internal ? 'an internal' : 'an external'} request is not looked at`)
          return 'Continue'
        }
        if (!context.services.runtime.fraction('ip_tagging.http_filter_enabled', 100, 100)) {
          stream.note('switched off by runtime')
          return 'Continue'
        }
        const { remote } = stream.info
        const tags = remote.text === undefined ? tagsOf(shared, remote.ip) : []
        stream.note(tags.length > 0 ? `${remote.ip} is ${tags.join(', ')}` : `${remote.ip} is in no range`)
        if (headerName === undefined) {
          if (tags.length > 0) changeRoute(stream, () => join(headers, TAGS_HEADER, tags))
        } else if (header?.action === APPEND) {
          if (tags.length > 0) changeRoute(stream, () => join(headers, headerName, tags))
        } else if (tags.length > 0) changeRoute(stream, () => headers.set(headerName, tags.join(',')))
        else if (headers.has(headerName)) changeRoute(stream, () => headers.remove(headerName))
        return 'Continue'
      },
    }
  },
})

/** Routes may match on the header. */
function changeRoute(stream: HttpStream, change: () => void): void {
  change()
  stream.clearRouteCache()
}

function join(headers: HeaderMap, name: string, tags: readonly string[]): void {
  const before = headers.get(name)
  headers.set(name, before ? `${before},${tags.join(',')}` : tags.join(','))
}

function taggedRanges(config: IPTagging, path: string): TaggedRange[] {
  if (config.ipTags.length === 0 && !config.ipTagsDatasource)
    throw new ConfigError(path, 'needs ip_tags or ip_tags_datasource')
  if (config.ipTags.length > 0 && config.ipTagsDatasource)
    throw new ConfigError(path, 'takes only one of ip_tags and ip_tags_datasource')
  return config.ipTags.flatMap((entry, i) =>
    entry.ipList.map((range, j) => ({
      tag: toByteString(entry.ipTagName),
      cidr: parseCidr(range, `${path}.ip_tags[${i}].ip_list[${j}]`),
    })),
  )
}

/** The narrowest range first. */
function tagsOf(ranges: readonly TaggedRange[], ip: string): string[] {
  const address = parseIp(ip)
  if (!address) return []
  const hits = ranges.filter(({ cidr }) => cidrContains(cidr, address)).sort((a, b) => b.cidr.length - a.cidr.length)
  return [...new Set(hits.map(({ tag }) => tag))]
}

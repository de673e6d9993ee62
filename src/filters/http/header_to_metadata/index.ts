import { fromLatin1, fromUtf8, toByteString } from '../../../engine/bytes.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import type { HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { compileRegex } from '../../../engine/match/regex.ts'
import { parseCookies } from '../../../engine/route/match-context.ts'
import type { JsonValue } from '../../../engine/stream-info.ts'
import type {
  Config,
  Config_KeyValuePair,
  Config_Rule,
} from '../../../envoy/types/envoy/extensions/filters/http/header_to_metadata/v3/header_to_metadata_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'

const NUMBER = 1
const PROTOBUF_VALUE = 2
const BASE64 = 1
/** Longer values are left out. */
const MAX_VALUE = 8 * 1024

interface Rule {
  /** Runs the rule on one message. */
  apply(headers: HeaderMap, stream: HttpStream): void
}

interface Rules {
  request: Rule[]
  response: Rule[]
}

/** Envoy: source/extensions/filters/http/header_to_metadata/header_to_metadata_filter.cc; a route's rules stand in for the chain's. */
export const headerToMetadata = defineHttpFilter<Config, (config: Config) => Rules>({
  ...about,
  shared: (config, { path }) => {
    const rulesOf = perConfig(
      (message: Config): Rules => ({
        request: message.requestRules.map((rule, i) => makeRule(rule, `${path}.request_rules[${i}]`)),
        response: message.responseRules.map((rule, i) => makeRule(rule, `${path}.response_rules[${i}]`)),
      }),
    )
    rulesOf(config)
    return rulesOf
  },
  create: ({ config, shared }) => {
    const rules = (stream: HttpStream) => shared(stream.perRoute<Config>() ?? config)
    return {
      decodeHeaders(headers, stream) {
        for (const rule of rules(stream).request) rule.apply(headers, stream)
        return 'Continue'
      },
      encodeHeaders(headers, stream) {
        for (const rule of rules(stream).response) rule.apply(headers, stream)
        return 'Continue'
      },
    }
  },
})

function makeRule(rule: Config_Rule, path: string): Rule {
  if ((rule.header === '') === (rule.cookie === ''))
    throw new ConfigError(path, 'a rule needs one of header and cookie')
  const header = toByteString(rule.header).toLowerCase()
  const present = rule.onHeaderPresent && target(rule.onHeaderPresent, `${path}.on_header_present`)
  const missing = rule.onHeaderMissing && target(rule.onHeaderMissing, `${path}.on_header_missing`)
  return {
    apply(headers, stream) {
      const found = header !== '' ? headers.joined(header) : parseCookies(headers.getAll('cookie')).get(rule.cookie)
      if (found !== undefined) {
        present?.(found, stream)
        if (rule.remove && header !== '') headers.remove(header)
      } else missing?.('', stream)
    },
  }
}

/** What is written, made ready: `found` is the header's value, which a fixed value replaces. */
function target(pair: Config_KeyValuePair, path: string): (found: string, stream: HttpStream) => void {
  const namespace = pair.metadataNamespace || about.name
  const rewrite = pair.regexValueRewrite
  const regex = rewrite && compileRegex(rewrite.pattern?.regex ?? '', `${path}.regex_value_rewrite.pattern`)
  const fixed = toByteString(pair.value)
  return (found, stream) => {
    let value = fixed || found
    if (regex && fixed === '') value = regex.replaceAll(value, rewrite?.substitution ?? '')
    if (value === '' || value.length >= MAX_VALUE) return
    const decoded = pair.encode === BASE64 ? fromBase64(value) : value
    const typed = decoded === undefined ? undefined : convert(decoded, pair.type)
    if (typed === undefined) {
      stream.note(`${pair.key}: ${value} does not fit its type`)
      return
    }
    stream.info.dynamicMetadata.set(namespace, { [pair.key]: typed })
    stream.note(`${namespace}: ${pair.key} = ${JSON.stringify(typed)}`)
  }
}

function convert(text: string, type: number): JsonValue | undefined {
  if (type === PROTOBUF_VALUE) return undefined
  if (type !== NUMBER) return fromUtf8(fromLatin1(text))
  const number = Number(text)
  return text.trim() !== '' && Number.isFinite(number) ? number : undefined
}

function fromBase64(text: string): string | undefined {
  try {
    return atob(text)
  } catch {
    return undefined
  }
}

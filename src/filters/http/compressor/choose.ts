/** A compressor of the chain, as far as the choice among them goes. */
export interface Candidate {
  encoding: string
  chooseFirst: boolean
}

/**
 * The encoding for a response: of those that the client takes, and a compressor makes, the one with the highest q-value;
 * `identity` when there is none. Candidates in the order of the chain, those for other content types left out.
 * Envoy: CompressorFilter::chooseEncoding in source/extensions/filters/http/compressor/compressor_filter.cc.
 */
export function chooseEncoding(acceptEncoding: string, candidates: readonly Candidate[]): string {
  const allowed = new Map<string, boolean>()
  for (const { encoding, chooseFirst } of candidates) if (!allowed.has(encoding)) allowed.set(encoding, chooseFirst)
  const accepted: { encoding: string; q: number }[] = []
  for (const token of acceptEncoding.split(',')) {
    const parsed = token === '' ? undefined : parseToken(token)
    if (!parsed) continue
    accepted.push(parsed)
    if (parsed.q === 0) allowed.delete(parsed.encoding)
  }
  if (allowed.size === 0) return 'identity'
  let choice = { encoding: 'identity', q: 0 }
  for (const each of accepted) {
    const known = allowed.has(each.encoding) || each.encoding === 'identity' || each.encoding === '*'
    if (known && (each.q > choice.q || (each.q === choice.q && allowed.get(each.encoding)))) choice = each
  }
  if (choice.q === 0) return 'identity'
  return choice.encoding === '*' ? [...allowed.keys()][0]! : choice.encoding
}

/** `gzip;q=0.5`; undefined when the q-value is no number. */
function parseToken(token: string): { encoding: string; q: number } | undefined {
  const semicolon = token.indexOf(';')
  if (semicolon < 0) return { encoding: token.trim(), q: 1 }
  const encoding = token.slice(0, semicolon).trim()
  const parameter = token.slice(semicolon + 1)
  const equals = parameter.indexOf('=')
  if (equals < 0 || parameter.slice(0, equals).trim().toLowerCase() !== 'q') return { encoding, q: 1 }
  const value = parameter.slice(equals + 1).trim()
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) return undefined
  return { encoding, q: Number(value) }
}

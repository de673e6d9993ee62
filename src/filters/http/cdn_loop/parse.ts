// Quoted strings, tokens and CDN identifiers of RFC 7230 and RFC 8586, as strict as Envoy's own parser.
const TOKEN = "[\\w!#$%&'*+.^`|~-]+"
const QUOTED = '"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"'
const CDN_ID = `(?:\\[[\\da-fA-F:.]*\\]|${TOKEN})(?::\\d*)?`
const WHOLE_ID = new RegExp(`^${CDN_ID}$`)
const INFO = new RegExp(`(${CDN_ID})[ \\t]*(?:;[ \\t]*${TOKEN}=(?:${QUOTED}|${TOKEN})[ \\t]*)*`, 'y')

/** Whether a text is one CDN identifier and nothing else. */
export function isCdnId(text: string): boolean {
  return WHOLE_ID.test(text)
}

/**
 * The identifiers in a cdn-loop header (a byte string), parameters left out; undefined when it cannot be read.
 * Empty members of the list are let through (Envoy: source/extensions/filters/http/cdn_loop/parser.cc).
 */
export function parseCdnLoop(header: string): string[] | undefined {
  const ids: string[] = []
  let at = 0
  const skip = () => {
    while (header[at] === ' ' || header[at] === '\t') at++
  }
  for (skip(); at < header.length; skip()) {
    if (header[at] === ',') {
      at++
      continue
    }
    INFO.lastIndex = at
    const info = INFO.exec(header)
    if (!info) return undefined
    ids.push(info[1]!)
    at += info[0].length
    if (at >= header.length) break
    if (header[at] !== ',') return undefined
    at++
  }
  return ids
}

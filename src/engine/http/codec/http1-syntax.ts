const METHODS = new Set(
  (
    'ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE MSEARCH NOTIFY ' +
    'OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK ' +
    'UNSUBSCRIBE'
  ).split(' '),
)
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const PATH = /^[\t\f!-~]*$/
const HOST = /^[0-9A-Za-z!$%&'()*+,\-.:;=@[\]_~]*$/

/** A method of the list that Envoy accepts without `allow_custom_methods`; with it, any token. */
export function methodIsValid(method: string, allowCustom: boolean): boolean {
  return allowCustom ? TOKEN.test(method) : METHODS.has(method)
}

/** The first byte of a request must be able to begin a method, or nothing more is read. */
export function beginsRequest(byte: number): boolean {
  return byte > 0x20
}

/**
 * The words of a first line: spaces and tabs part them, those at its end do not count, and the third goes on to the
 * end. Undefined when there are fewer than two.
 */
export function splitFirstLine(line: string): { first: string; second: string; third: string | undefined } | undefined {
  const match = /^([^ \t]+)(?:[ \t]+([^ \t]+)(?:[ \t]+(.*))?)?$/s.exec(line.replace(/[\r\t ]+$/, ''))
  if (!match || match[2] === undefined) return undefined
  return { first: match[1]!, second: match[2], third: match[3] }
}

export function headerNameIsValid(name: string): boolean {
  return TOKEN.test(name)
}

/** `HTTP/` digit dot digit, or nothing at all (HTTP/0.9). */
export function versionIsValid(version: string): boolean {
  return version === '' || /^HTTP\/\d\.\d$/.test(version)
}

/** The request target as Envoy's HTTP/1 parser takes it (source/common/http/http1/balsa_parser.cc). */
export function targetIsValid(target: string, connect: boolean): boolean {
  if (target === '') return false
  if (target[0] === '/' || target[0] === '*') return PATH.test(target)
  let rest = target
  if (!connect) {
    const scheme = /^[A-Za-z]+:\/\//.exec(target)
    if (!scheme) return false
    rest = target.slice(scheme[0].length)
  }
  const cut = rest.search(/[/?]/)
  const host = cut < 0 ? rest : rest.slice(0, cut)
  return HOST.test(host) && !host.includes('@@') && PATH.test(cut < 0 ? '' : rest.slice(cut))
}

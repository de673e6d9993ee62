import type { DescMethod } from '@bufbuild/protobuf'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

/** google.api.HttpRule: how a method is called over HTTP. */
export interface HttpRule {
  /** HTTP method, `*` for any. */
  method: string
  path: string
  /** Field that the body is, `*` for the whole message, empty for none. */
  body: string
  responseBody: string
  additional: HttpRule[]
}

/** Field number of the extension google.api.http of MethodOptions. */
const HTTP_EXTENSION = 72295728

const PATTERNS: Record<number, string> = { 2: 'GET', 3: 'PUT', 4: 'POST', 5: 'DELETE', 6: 'PATCH' }

/** The rule that a method is annotated with, if any: read off the bytes, as the descriptors do not say what the extension is. */
export function httpRuleOf(method: DescMethod): HttpRule | undefined {
  const fields = method.proto.options?.$unknown?.filter(({ no }) => no === HTTP_EXTENSION) ?? []
  const last = fields.at(-1)
  return last ? readRule(new BinaryReader(last.data).bytes()) : undefined
}

function readRule(bytes: Uint8Array): HttpRule {
  const reader = new BinaryReader(bytes)
  const rule: HttpRule = { method: '', path: '', body: '', responseBody: '', additional: [] }
  while (reader.pos < reader.len) {
    const [no, wire] = reader.tag()
    const pattern = PATTERNS[no]
    if (pattern) Object.assign(rule, { method: pattern, path: reader.string() })
    else if (no === 7) rule.body = reader.string()
    else if (no === 8) Object.assign(rule, readCustom(reader.bytes()))
    else if (no === 11) rule.additional.push(readRule(reader.bytes()))
    else if (no === 12) rule.responseBody = reader.string()
    else reader.skip(wire, no)
  }
  return rule
}

function readCustom(bytes: Uint8Array): { method: string; path: string } {
  const reader = new BinaryReader(bytes)
  const custom = { method: '', path: '' }
  while (reader.pos < reader.len) {
    const [no, wire] = reader.tag()
    if (wire === WireType.LengthDelimited && no === 1) custom.method = reader.string()
    else if (wire === WireType.LengthDelimited && no === 2) custom.path = reader.string()
    else reader.skip(wire, no)
  }
  return custom
}

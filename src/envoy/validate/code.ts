/// <reference path="../luaparse.d.ts" />
import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import { RE2JS, RE2JSException } from 're2js'
import type { Path } from '../document/path.ts'
import { isObject } from '../opaque.ts'
import type { Problem, Severity } from '../schema/problem.ts'
import type { Check, CheckContext, LuaSource } from './check.ts'

/** What Envoy's build of RE2 takes and re2js does not. */
const ACCEPTED_BY_RE2 = ['invalid escape sequence: `\\C`', 'duplicate capture group name']

/**
 * A regular expression that RE2 cannot compile, or whose program is larger than Envoy allows. Envoy:
 * source/common/common/regex.cc.
 */
export const checkRegex: Check = (message, path, context) => {
  if (typeof message.regex !== 'string') return
  const report = (severity: Severity, text: string) =>
    context.report({ path: [...path, 'regex'], severity, rule: 'regex', message: text })
  try {
    const size = RE2JS.compile(message.regex).programSize()
    if (context.regexLimit !== undefined) checkSize(size, context.regexLimit, report)
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    if (ACCEPTED_BY_RE2.some((accepted) => error.message.includes(accepted))) return
    const reason = error.message.replace(/^error parsing regexp: /, '')
    report('error', `RE2 refuses this regular expression: ${reason}${hintFor(message.regex)}`)
  }
}

/**
 * re2js counts the steps of a program much as RE2 does, but RE2 adds some for optional parts and for characters of more
 * than one byte, up to as many again, and saves a few on anchors.
 */
function checkSize(size: number, limit: number, report: (severity: Severity, text: string) => void): void {
  const how = 'Envoy allows 100 unless the runtime key re2.max_program_size.error_level says otherwise'
  if (size > limit + 5) report('error', `the regular expression compiles to ${size} steps; ${how}`)
  else if (size * 2 > limit + 5)
    report('warning', `the regular expression may compile to more steps than allowed: ${how}`)
}

function hintFor(regex: string): string {
  if (/\(\?(=|!|<=|<!)/.test(regex)) return '; RE2 has no lookahead or lookbehind'
  return /\\[1-9]/.test(regex) ? '; RE2 has no backreferences' : ''
}

/** Collects the inline scripts of a Lua filter. */
export const collectLua: Check = (message, path, context) => {
  if (typeof message.inline_code === 'string')
    context.lua.push({ path: [...path, 'inline_code'], source: message.inline_code })
  collectSource(message.default_source_code, [...path, 'default_source_code'], context)
  for (const [name, source] of Object.entries((message.source_codes ?? {}) as JsonObject)) {
    collectSource(source, [...path, 'source_codes', name], context)
  }
  collectSource(message.source_code, [...path, 'source_code'], context)
}

function collectSource(source: JsonValue | undefined, path: Path, context: CheckContext): void {
  if (!isObject(source) || typeof source.inline_string !== 'string') return
  context.lua.push({ path: [...path, 'inline_string'], source: source.inline_string })
}

/**
 * Parses Lua as LuaJIT would and reports the first syntax error of each script. The parser is loaded when needed.
 * Envoy's LuaJIT also takes what Lua 5.2 added (empty statements, break anywhere); luaparse has no such mix, so a
 * script must fail in both dialects to be wrong.
 */
export async function checkLua(sources: LuaSource[], report: (problem: Problem) => void): Promise<void> {
  if (sources.length === 0) return
  const { default: luaparse } = await import('luaparse')
  const failure = (source: string, luaVersion: '5.2' | 'LuaJIT'): LuaSyntaxError | undefined => {
    try {
      luaparse.parse(source, { luaVersion, comments: false })
      return undefined
    } catch (error) {
      if (typeof (error as LuaSyntaxError).line !== 'number') throw error
      return error as LuaSyntaxError
    }
  }
  for (const { path, source } of sources) {
    const error = failure(source, 'LuaJIT')
    if (!error || !failure(source, '5.2')) continue
    const reason = error.message.replace(/^\[\d+:\d+\] /, '')
    const message = `Lua syntax error in line ${error.line}, column ${error.column + 1} of the script: ${reason}`
    report({ path, severity: 'error', rule: 'lua', message })
  }
}

interface LuaSyntaxError extends Error {
  line: number
  column: number
}

import type { LuaContext } from './context.ts'
import type { Finding } from './diagnose.ts'

const curly: Record<string, string> = {
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u2018': "'",
  '\u2019': "'",
  '\u00a0': ' ',
  '\u2013': '-',
  '\u2014': '--',
}
const limit = 65_536

/** What can be seen without understanding the script. */
export function textChecks(source: string, context: LuaContext): Finding[] {
  const found: Finding[] = []
  for (const match of withoutStrings(source).matchAll(/[\u201c\u201d\u201e\u2018\u2019\u00a0\u2013\u2014]/g)) {
    const plain = curly[match[0]]!
    const name = match[0] === '\u00a0' ? 'a no-break space' : match[0]
    found.push({
      start: match.index,
      end: match.index + 1,
      severity: 'error',
      code: 'curly-quote',
      message: `${name} is not part of Lua: it comes from a word processor`,
      suggestion: plain,
    })
  }
  if (context.field === 'inline_code')
    found.push({
      start: 0,
      end: firstLine(source),
      severity: 'warning',
      code: 'deprecated-inline-code',
      message: 'inline_code is deprecated: put the script in default_source_code.inline_string',
    })
  const size = new TextEncoder().encode(source).length
  if (context.resource === 'TrafficExtension' && size > limit)
    found.push({
      start: 0,
      end: firstLine(source),
      severity: 'warning',
      code: 'too-long',
      message: `the script is ${size} bytes long: a TrafficExtension takes ${limit}, so it is exported as an EnvoyFilter`,
    })
  return found
}

// What is true of the whole script is said at its first line.
function firstLine(source: string): number {
  const end = source.indexOf('\n')
  return end < 0 ? source.length : end
}

// Strings and comments blanked out; a quote that is curly does not open one.
function withoutStrings(source: string): string {
  const token =
    /--\[(=*)\[[\s\S]*?(?:\]\1\]|$)|--[^\n]*|\[(=*)\[[\s\S]*?(?:\]\2\]|$)|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'/g
  return source.replace(token, (text) => text.replace(/[^\n]/g, ' '))
}

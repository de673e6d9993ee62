import { callChecks } from './check-calls.ts'
import { chainChecks } from './check-chain.ts'
import { nameChecks } from './check-names.ts'
import { nilChecks } from './check-nil.ts'
import { objectChecks } from './check-objects.ts'
import { textChecks } from './check-text.ts'
import type { LuaContext, LuaDiagnostic, Severity } from './context.ts'
import { Model } from './infer.ts'
import { lineCounter } from './navigate.ts'
import { parseLenient } from './parse.ts'

/** A diagnostic before its line is known. */
export interface Finding {
  start: number
  end: number
  severity: Severity
  code: string
  message: string
  suggestion?: string
}

/**
 * Everything there is to say about a script, in the order of the text: syntax, characters that look right and are not,
 * names and methods that do not exist, wrong numbers of arguments, and what does not fit the chain it stands in.
 */
export function diagnoseLua(source: string, context: LuaContext = {}): LuaDiagnostic[] {
  const { chunk, problem } = parseLenient(source)
  const findings: Finding[] = []
  if (problem) {
    const { offset: start, end, message } = problem
    findings.push({ start, end, severity: 'error', code: 'syntax', message })
  }
  const model = new Model(chunk)
  findings.push(
    ...textChecks(source, context),
    ...nameChecks(model, context),
    ...callChecks(model, context),
    ...objectChecks(model),
    ...nilChecks(model, source),
    ...chainChecks(model, context),
  )
  const lineOf = lineCounter(source)
  const guests = findings.filter((finding) => finding.code === 'curly-quote')
  return findings
    .filter((finding) => finding.code !== 'undefined-global' || !guests.some((guest) => overlap(guest, finding)))
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map((finding) => {
      const column = finding.start - source.lastIndexOf('\n', finding.start - 1)
      return { ...finding, line: lineOf(finding.start), column }
    })
}

// A quote that is none makes a name of the word behind it.
function overlap(a: Finding, b: Finding): boolean {
  return a.start < b.end && b.start < a.end
}

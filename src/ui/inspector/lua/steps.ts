import type { ScriptStep } from '../../../store/app.ts'

/** The lines of one script that a run went through, in order. */
export function stepsOf(steps: readonly ScriptStep[] | undefined, script: string): ScriptStep[] {
  return (steps ?? []).filter((step) => plainName(step.script) === script)
}

/** The path of a script as the document has it: a run names it from the case's root. */
export function plainName(script: string): string {
  return script.replace(/^config\./, '')
}

/** The first step on a line with a breakpoint, at `from` or after it in the direction; -1 if there is none. */
export function stepAtBreakpoint(
  steps: readonly ScriptStep[],
  breakpoints: readonly number[],
  from: number,
  by: 1 | -1,
): number {
  for (let at = from; at >= 0 && at < steps.length; at += by) if (breakpoints.includes(steps[at]!.line)) return at
  return -1
}

/** The breakpoints with one line's taken away or put in, sorted. */
export function toggleLine(lines: readonly number[], line: number): number[] {
  return lines.includes(line) ? lines.filter((one) => one !== line) : [...lines, line].sort((a, b) => a - b)
}

/** What the variables were, in one line, those with a value to read first: `user = "ada"   count = 3`. */
export function localsText({ locals: own, upvalues = [] }: ScriptStep): string {
  const locals = [...own, ...upvalues]
  const opaque = (value: string): boolean => /^(userdata|function|table|thread)/.test(value)
  const sorted = [...locals.filter(({ value }) => !opaque(value)), ...locals.filter(({ value }) => opaque(value))]
  return sorted.map(({ name, value }) => `${name} = ${value}`).join('   ')
}

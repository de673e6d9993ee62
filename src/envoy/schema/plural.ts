/** A count with its noun, as messages about rules say it: `1 entry`, `3 entries`, `2 items`. */
export function plural(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`
  return `${count} ${noun === 'entry' ? 'entries' : `${noun}s`}`
}

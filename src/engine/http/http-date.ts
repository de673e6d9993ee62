let lastSecond = Number.NaN
let lastDate = ''

/** A time (ms since 1970) in the date header's format. The text of the last second is kept. */
export function httpDate(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second !== lastSecond) {
    lastSecond = second
    lastDate = new Date(second * 1000).toUTCString()
  }
  return lastDate
}

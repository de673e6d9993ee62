/** Where a value stands in a document: object keys and list indices from the root. */
export type Path = readonly (string | number)[]

const PLAIN_KEY = /^[A-Za-z_@][\w-]*$/

/** `['listeners', 0, 'per_filter', 'envoy.cors']` -> `listeners[0].per_filter["envoy.cors"]`; the root is ''. */
export function formatPath(path: Path): string {
  let out = ''
  for (const step of path) {
    if (typeof step === 'number') out += `[${step}]`
    else if (PLAIN_KEY.test(step)) out += out === '' ? step : `.${step}`
    else out += `[${JSON.stringify(step)}]`
  }
  return out
}

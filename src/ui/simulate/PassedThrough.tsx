import classes from './ResultView.module.css'

/** Said wherever a result is shown that filters had no part in which they would have in Envoy. */
export function PassedThrough({ names }: { names: readonly string[] }) {
  if (names.length === 0) return null
  const shown = names.slice(0, 6).join(', ')
  const more = names.length > 6 ? ` and ${names.length - 6} more` : ''
  const what = names.length === 1 ? 'One filter is not simulated' : `${names.length} filters are not simulated`
  return (
    <p className={classes.passed}>
      <b>{what}.</b> Traffic passes {names.length === 1 ? 'it' : 'them'} unchanged, so Envoy may answer otherwise:{' '}
      {shown}
      {more}.
    </p>
  )
}

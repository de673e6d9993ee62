import classes from './form.module.css'

/** How many entries of a list or map are drawn at once. */
export const LIST_PAGE = 50

/** The way to the entries that are not drawn yet. */
export function More({ count, onMore }: { count: number; onMore(): void }) {
  if (count <= 0) return null
  return (
    <li>
      <button type="button" className={classes.link} onClick={onMore}>
        {count} more
      </button>
    </li>
  )
}

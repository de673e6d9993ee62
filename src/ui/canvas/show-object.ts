import { wayTo } from '../../model/locate.ts'
import type { AppActions, AppState } from '../../store/app.ts'

/** Selects an object, in the listener and filter chain or the virtual host that it stands in: these are opened. */
export function showObject({ design, setView, select }: AppState & AppActions, id: string): void {
  const way = Object.entries(wayTo(id))
  const view: Record<string, unknown> = design?.view ?? {}
  if (way.some(([name, open]) => view[name] !== open)) setView(Object.fromEntries(way))
  select(id)
}

import { createContext, useContext } from 'react'
import type { NodeMarks } from '../../model/run.ts'

/** What every card needs besides its own data. */
export interface CanvasShared {
  marks: ReadonlyMap<string, NodeMarks>
  /** A run's marks are shown: what has none was not reached. */
  ran: boolean
  /** The card that the Tab key stops at; the arrow keys lead to the others. */
  tabStop: string | undefined
}

export const CanvasContext = createContext<CanvasShared>({ marks: new Map(), ran: false, tabStop: undefined })

/** A card's marks of the last run. */
export function useMarks(id: string): { mark: NodeMarks | undefined; unreached: boolean } {
  const { marks, ran } = useContext(CanvasContext)
  const mark = marks.get(id)
  return { mark, unreached: ran && !mark }
}

import type { Design } from '../model/design.ts'

/** Something that could not be opened, with its place in the text where there is one. Lines and columns count from 1. */
export interface OpenProblem {
  message: string
  line?: number
  column?: number
}

/** A design that was read, and what to tell of it; or what is wrong with the text. */
export type ReadDesign = { design: Design; note?: string } | { problems: OpenProblem[] }

/**
 * A read design as it crosses from the worker: as text, which is copied and parsed several times faster than a tree of
 * objects is cloned. A proxy that is its own base is sent once.
 */
export type ReadAnswer = { design: string; isOwnBase: boolean; note?: string } | { problems: OpenProblem[] }

export function packRead(read: ReadDesign): ReadAnswer {
  if ('problems' in read) return read
  const { design, note } = read
  const { istio } = design
  const isOwnBase = istio?.base !== undefined && 'inline' in istio.base && istio.base.inline === design.config
  const { base: _, ...rest } = istio ?? {}
  const sent = isOwnBase ? { ...design, istio: rest } : design
  return { design: JSON.stringify(sent), isOwnBase, ...(note ? { note } : {}) }
}

export function unpackRead(answer: ReadAnswer): ReadDesign {
  if ('problems' in answer) return answer
  const design = JSON.parse(answer.design) as Design
  if (answer.isOwnBase && design.istio) design.istio = { ...design.istio, base: { inline: design.config } }
  return { design, ...(answer.note ? { note: answer.note } : {}) }
}

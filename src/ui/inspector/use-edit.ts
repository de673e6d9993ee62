import { useCallback } from 'react'
import { formatPath, type Json, type Path } from '../../model/json.ts'
import { useServices } from '../context.ts'
import { editField } from './edit.ts'
import type { Subject } from './subject.ts'

export type ChangeField = (path: Path, value: Json | undefined, options?: { typing?: boolean }) => void

/** A function that edits the object through the model: each call can be undone; keys typed into one field together. */
export function useEditObject(subject: Subject): ChangeField {
  const { store } = useServices()
  const { path: object } = subject
  return useCallback<ChangeField>(
    (path, value, options = {}) => {
      const { design, apply, notify } = store.getState()
      if (!design) return
      try {
        const merge = options.typing ? `field ${formatPath([...object, ...path])}` : undefined
        apply(editField(design, object, path, value), merge === undefined ? {} : { merge })
      } catch (error) {
        notify({ kind: 'error', text: (error as Error).message })
      }
    },
    [store, object],
  )
}

import { useReactFlow, useStoreApi } from '@xyflow/react'
import { useCallback, useEffect, useRef } from 'react'
import type { Layout } from './layout-types.ts'
import { startViewport } from './viewport.ts'

/** Shows the beginning of a design when it is opened; returns what does so again. */
export function useStartView(id: string | undefined, layout: Layout | undefined): () => void {
  const flow = useReactFlow()
  const flowStore = useStoreApi()
  const seen = useRef<string | undefined>(undefined)
  const latest = useRef(layout)
  latest.current = layout
  const show = useCallback(() => {
    const { width, height } = flowStore.getState()
    if (latest.current && width > 0) void flow.setViewport(startViewport(latest.current, { width, height }))
  }, [flow, flowStore])
  const ready = layout !== undefined
  useEffect(() => {
    if (seen.current === id || !ready) return
    const settle = (): void => {
      if (flowStore.getState().width === 0) return
      seen.current = id
      stop()
      show()
    }
    const stop = flowStore.subscribe(settle)
    settle()
    return stop
  }, [id, ready, show, flowStore])
  return show
}

import { useEffect, useState } from 'react'
import type { EnvoyRegistry } from '../envoy/registry.ts'
import { loadRegistry } from './registry.ts'

/** Envoy's schema once it has come, or why it did not. */
export function useRegistry(): { registry?: EnvoyRegistry; failure?: string } {
  const [state, setState] = useState<{ registry?: EnvoyRegistry; failure?: string }>({})
  useEffect(() => {
    let current = true
    loadRegistry().then(
      (registry) => current && setState({ registry }),
      (error: Error) => current && setState({ failure: error.message }),
    )
    return () => {
      current = false
    }
  }, [])
  return state
}

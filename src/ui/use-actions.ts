import { useMemo } from 'react'
import { Actions } from './canvas/actions.ts'
import { useServices } from './context.ts'

/** What can be done to the open design. */
export function useActions(): Actions {
  const services = useServices()
  return useMemo(() => new Actions(services), [services])
}

import { createContext, useContext } from 'react'
import type { EnvoyRegistry } from '../../../envoy/registry.ts'
import type { Planner } from '../../../envoy/schema/plan.ts'
import type { CatalogueEntry } from '../../../model/catalogue.ts'
import type { Json, Path } from '../../../model/json.ts'
import type { Problems } from '../problems.ts'

/** What every part of a form needs. Paths are inside the object that the form is of. */
export interface FormServices {
  registry: EnvoyRegistry
  planner: Planner
  problems: Problems
  entries: readonly CatalogueEntry[]
  disabled: boolean
  /** Puts a value at a path; undefined takes it away. `typing`: undone together with the key before. */
  change(path: Path, value: Json | undefined, options?: { typing?: boolean }): void
  /** Opens the tab where scripts are edited, if the object has one. */
  openLua?: () => void
}

export const FormContext = createContext<FormServices | undefined>(undefined)

/** The services of the form around a component. */
export function useForm(): FormServices {
  const services = useContext(FormContext)
  if (!services) throw new Error('no form above this component')
  return services
}

/** Full name of the field whose message is drawn: a TypedExtensionConfig takes its meaning from where it stands. */
export const EnclosingField = createContext('')

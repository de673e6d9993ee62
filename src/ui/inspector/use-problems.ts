import { useEffect, useMemo, useState } from 'react'
import type { EnvoyRegistry } from '../../envoy/registry.ts'
import { useApp } from '../context.ts'
import { collect, type Problem, type Problems, problemsIn } from './problems.ts'
import { isLarger } from './size.ts'
import type { Subject } from './subject.ts'

/** How long an object rests before it is checked. */
const DELAY = 250
/** Larger objects are left to the check of the whole design, which comes a little later. */
const LARGE = 200_000

/** What is wrong in an object: checked against its message at once, and what the check of the whole design says. */
export function useProblems(subject: Subject | undefined, registry: EnvoyRegistry | undefined): Problems {
  const findings = useApp((state) => state.findings)
  const [own, setOwn] = useState<readonly Problem[]>([])
  const value = subject?.value
  const typeName = subject?.typeName
  const path = subject?.path

  useEffect(() => {
    if (!registry || !value || !typeName) return
    let current = true
    const timer = setTimeout(async () => {
      if (isLarger(value, LARGE)) return setOwn([])
      const { validateMessage } = await import('../../envoy/validate/index.ts')
      const document = { json: value, warnings: [], locate: () => ({ line: 1, column: 1 }) }
      const found = await validateMessage(typeName, document, registry)
      if (current) setOwn(problemsIn(found, []))
    }, DELAY)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [registry, value, typeName])

  return useMemo(() => collect(own, path ? problemsIn(findings, path) : []), [own, findings, path])
}

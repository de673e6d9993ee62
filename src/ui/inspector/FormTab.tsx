import { useMemo } from 'react'
import type { EnvoyRegistry } from '../../envoy/registry.ts'
import { createPlanner } from '../../envoy/schema/plan.ts'
import { useServices } from '../context.ts'
import { FormContext, type FormServices } from './form/form-context.ts'
import { MessageForm } from './form/MessageForm.tsx'
import classes from './Inspector.module.css'
import type { Problems } from './problems.ts'
import type { Subject } from './subject.ts'
import { useEditObject } from './use-edit.ts'

interface FormTabProps {
  subject: Subject
  registry: EnvoyRegistry
  problems: Problems
  locked: boolean
  onOpenLua?: () => void
}

/** The selected object as a form made from Envoy's descriptors. */
export default function FormTab({ subject, registry, problems, locked, onOpenLua }: FormTabProps) {
  const { catalogue } = useServices()
  const planner = useMemo(() => createPlanner(registry.types), [registry])
  const change = useEditObject(subject)
  const services: FormServices = {
    registry,
    planner,
    problems,
    entries: catalogue.entries,
    disabled: locked,
    change,
    ...(onOpenLua ? { openLua: onOpenLua } : {}),
  }
  return (
    <FormContext value={services}>
      <div className={classes.scroll}>
        <MessageForm
          key={subject.path.join('/')}
          desc={registry.message(subject.typeName)!}
          value={subject.value}
          path={[]}
        />
      </div>
    </FormContext>
  )
}

import IconPlus from '@tabler/icons-react/icons/IconPlus'
import IconTrash from '@tabler/icons-react/icons/IconTrash'
import { useMemo, useState } from 'react'
import type { EnvoyRegistry } from '../../envoy/registry.ts'
import { createPlanner } from '../../envoy/schema/plan.ts'
import { clearConfig, setConfig } from '../../model/edits/config.ts'
import { asObject, asText, formatPath, getAt, type Json, type Path } from '../../model/json.ts'
import { idOfPath } from '../../model/locate.ts'
import { useApp, useServices } from '../context.ts'
import { perRouteTypes } from './form/any-types.ts'
import { fieldOf } from './form/fields.ts'
import formClasses from './form/form.module.css'
import { FormContext, type FormServices } from './form/form-context.ts'
import { Disclosure } from './form/Nested.tsx'
import { ValueInput } from './form/ValueInput.tsx'
import classes from './Inspector.module.css'
import { Picker } from './Picker.tsx'
import { FILTER_CONFIG, type Override, overridesOf, overrideText, type RoutePlace } from './per-route.ts'
import { collect, problemsIn } from './problems.ts'
import type { Subject } from './subject.ts'

/** Which routes give the filter another configuration, or switch it off. */
export default function PerRouteTab({ subject, registry }: { subject: Subject; registry: EnvoyRegistry }) {
  const { store } = useServices()
  const design = useApp((state) => state.design)
  const name = asText(subject.value.name) ?? ''
  const { place, entry } = subject
  const config = design?.config
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the design, its configuration is read.
  const found = useMemo(() => (design && place ? overridesOf(design, place, name) : undefined), [config, place, name])
  const types = useMemo(() => (entry ? perRouteTypes(entry.name, registry) : []), [entry, registry])
  if (!found) {
    return (
      <div className={classes.scroll}>
        <p className={classes.note}>
          The routes of this connection manager are not in the design (they are discovered elsewhere), so nothing can
          override the filter here.
        </p>
      </div>
    )
  }

  const put = (at: RoutePlace, value: Json | undefined): void => {
    const { design: now, apply, notify } = store.getState()
    if (!now) return
    const path = [...at.path, 'typed_per_filter_config', name]
    const left = Object.keys(asObject(getAt(now, path.slice(0, -1)))).filter((key) => key !== name)
    try {
      const target = value === undefined && left.length === 0 ? path.slice(0, -1) : path
      const edit = value === undefined ? clearConfig(now, target, at.path) : setConfig(now, path, value, at.path)
      // The filter stays selected: it is what is being configured.
      apply({ ...edit, select: subject.path })
    } catch (error) {
      notify({ kind: 'error', text: (error as Error).message })
    }
  }
  const options = found.free.map((one) => ({ value: formatPath(one.path), label: one.title, detail: one.what }))
  const pick = (make: Json) => (chosen: string) => {
    const at = found.free.find((one) => formatPath(one.path) === chosen)
    if (at) put(at, make)
  }
  const override = types[0]
  return (
    <div className={classes.scroll}>
      {found.overrides.length === 0 && (
        <p className={classes.note}>Every route uses the filter as it stands in the chain.</p>
      )}
      <ul className={classes.overrides}>
        {found.overrides.map((one) => (
          <OverrideItem key={formatPath(one.path)} override={one} registry={registry} onPut={put} />
        ))}
      </ul>
      <div className={classes.buttons}>
        {override && (
          <Picker
            label="Route to override the filter on"
            options={options}
            onPick={pick({ '@type': `type.googleapis.com/${override}` })}
          >
            <IconPlus size={13} /> Override on…
          </Picker>
        )}
        <Picker
          label="Route to switch the filter off on"
          options={options}
          onPick={pick({ '@type': FILTER_CONFIG, disabled: true })}
        >
          <IconPlus size={13} /> Switch off on…
        </Picker>
      </div>
      {!override && (
        <p className={classes.note}>
          This filter has no configuration of its own for routes: it can only be switched off.
        </p>
      )}
    </div>
  )
}

interface OverrideItemProps {
  override: Override
  registry: EnvoyRegistry
  onPut(at: RoutePlace, value: Json | undefined): void
}

function OverrideItem({ override, registry, onPut }: OverrideItemProps) {
  const services = useServices()
  const findings = useApp((state) => state.findings)
  const [open, setOpen] = useState(true)
  const planner = useMemo(() => createPlanner(registry.types), [registry])
  const plan = planner.plan(registry.message('envoy.config.route.v3.Route')!).byName.get('typed_per_filter_config')!
  const { path } = override
  const base = useMemo(() => [...path, 'typed_per_filter_config'], [path])
  const problems = useMemo(() => collect(problemsIn(findings, base)), [findings, base])

  const change = (inside: Path, value: Json | undefined, options: { typing?: boolean } = {}): void => {
    const { design, apply } = services.store.getState()
    if (!design) return
    const whole = [...base, ...inside]
    const edit = value === undefined ? clearConfig(design, whole) : setConfig(design, whole, value)
    // The selection stays at the filter.
    apply(
      { design: edit.design, label: `Override ${override.key} on ${override.title}` },
      options.typing ? { merge: formatPath(whole) } : {},
    )
  }
  const form: FormServices = {
    registry,
    planner,
    problems,
    entries: services.catalogue.entries,
    disabled: false,
    change,
  }
  const show = (): void => {
    const { design, select } = services.store.getState()
    const at = design && idOfPath(design, override.path)
    if (at) select(at.id)
  }
  return (
    <li>
      <div className={classes.overrideHead}>
        <Disclosure open={open} errors={0} label={override.title} onToggle={() => setOpen(!open)}>
          <span className={formClasses.summary}>{override.title}</span>
        </Disclosure>
        <button
          type="button"
          className={formClasses.icon}
          aria-label={`Remove the override on ${override.title}`}
          onClick={() => onPut(override, undefined)}
        >
          <IconTrash size={13} />
        </button>
      </div>
      <p className={classes.overrideText}>
        {override.what}, {overrideText(override.value)} ·{' '}
        <button type="button" className={formClasses.link} onClick={show}>
          show
        </button>
      </p>
      {open && (
        <FormContext value={form}>
          <ValueInput
            field={fieldOf(plan)}
            element
            value={override.value}
            path={[override.key]}
            id={`override-${formatPath(override.path)}`}
            label={override.title}
          />
        </FormContext>
      )}
    </li>
  )
}

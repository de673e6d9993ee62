import IconDots from '@tabler/icons-react/icons/IconDots'
import IconLock from '@tabler/icons-react/icons/IconLock'
import IconX from '@tabler/icons-react/icons/IconX'
import { type KeyboardEvent, lazy, Suspense, useEffect, useMemo, useState } from 'react'
import type { EnvoyRegistry } from '../../envoy/registry.ts'
import type { Origin } from '../../model/origin.ts'
import { useApp, useOrigins, useServices } from '../context.ts'
import { useActions } from '../use-actions.ts'
import { useRegistry } from '../use-registry.ts'
import AboutTab from './AboutTab.tsx'
import FormTab from './FormTab.tsx'
import classes from './Inspector.module.css'
import { scriptsOf } from './lua/find-scripts.ts'
import { ObjectMenu } from './ObjectMenu.tsx'
import PerRouteTab from './PerRouteTab.tsx'
import { collect } from './problems.ts'
import { type Subject, subjectOf } from './subject.ts'
import { useProblems } from './use-problems.ts'
import { useResource } from './use-resource.ts'

const LuaTab = lazy(() => import('./LuaTab.tsx'))
const YamlTab = lazy(() => import('./YamlTab.tsx'))

type Tab = 'form' | 'lua' | 'yaml' | 'routes' | 'about'
const TITLES: Record<Tab, string> = { form: 'Form', lua: 'Lua', yaml: 'YAML', routes: 'Per route', about: 'About' }

/** The selected object: as a form, as YAML, its scripts, its overrides on routes, and what is known of it. */
export default function Inspector() {
  const { catalogue } = useServices()
  const design = useApp((state) => state.design)
  const id = useApp((state) => state.selection)
  const config = design?.config
  // Without the view, which changes more often than what the inspector is about.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is read of the design is its configuration.
  const subject = useMemo(
    () => (design && id !== undefined ? subjectOf(design, id, catalogue) : undefined),
    [config, id, catalogue],
  )
  const origins = useOrigins()
  const { registry, failure } = useRegistry()
  if (!subject) {
    return (
      <aside className={classes.panel} aria-label="Inspector">
        <p className={classes.note}>
          {id === 'client' ? 'The request is edited in the run below.' : 'Select something on the canvas.'}
        </p>
      </aside>
    )
  }
  return (
    <aside className={classes.panel} aria-label="Inspector">
      {registry ? (
        <ObjectPanel subject={subject} registry={registry} origin={origins(subject.value)} />
      ) : (
        <p className={classes.note} role="status">
          {failure ?? 'Loading Envoy’s schema…'}
        </p>
      )}
    </aside>
  )
}

interface ObjectProps {
  subject: Subject
  registry: EnvoyRegistry
  origin: Origin
}

function ObjectPanel({ subject, registry, origin }: ObjectProps) {
  const actions = useActions()
  const unlocked = useApp((state) => state.design?.view?.unlocked?.includes(subject.id) === true)
  const locked = origin !== 'own' && !unlocked
  const found = useProblems(locked ? undefined : subject, registry)
  const problems = locked ? collect() : found
  const resource = useResource(subject, origin === 'own')
  const tabs = tabsOf(subject)
  const [wanted, setTab] = useState<Tab>()
  // A line of a script that is asked for is shown in its editor.
  const place = useApp((state) => state.run.place)
  useEffect(() => {
    if (place) setTab('lua')
  }, [place])
  const tab = wanted && tabs.includes(wanted) ? wanted : tabs.includes('lua') ? 'lua' : 'form'
  const errors = problems.all.filter((problem) => problem.severity === 'error').length

  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (by === 0) return
    event.preventDefault()
    const next = tabs.at((tabs.indexOf(tab) + by) % tabs.length)!
    setTab(next)
    document.getElementById(`inspector-tab-${next}`)?.focus()
  }
  const whose = origin === 'own' ? 'yours' : origin === 'edited' ? 'Istio’s, edited' : 'Istio’s own'
  const subtitle = resource && subject.entry ? `${subject.entry.title} · ${resource}` : `${subject.what}, ${whose}`
  const at = subject.path.join('/')
  return (
    <>
      <header className={classes.header}>
        <div>
          <b title={subject.title}>{subject.title}</b>
          <small>{subtitle}</small>
        </div>
        <ObjectMenu subject={subject} locked={locked}>
          <IconDots size={16} />
        </ObjectMenu>
        <button
          type="button"
          aria-label="Close the inspector"
          onClick={() => actions.state.togglePanel('inspector', false)}
        >
          <IconX size={15} />
        </button>
      </header>
      <div className={classes.tabs} role="tablist" aria-label="Ways to look at it" onKeyDown={onKeyDown}>
        {tabs.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`inspector-tab-${one}`}
            aria-selected={one === tab}
            aria-controls="inspector-body"
            tabIndex={one === tab ? 0 : -1}
            onClick={() => setTab(one)}
          >
            {TITLES[one]}
            {one === 'form' && errors > 0 && <em title={errors === 1 ? '1 error' : `${errors} errors`}>{errors}</em>}
          </button>
        ))}
      </div>
      {locked && (
        <div className={classes.locked}>
          <IconLock size={14} />
          <span>Istio’s own: read only until it is unlocked.</span>
          <button type="button" className={classes.button} onClick={() => actions.toggleLock(subject.id)}>
            Unlock
          </button>
        </div>
      )}
      <div className={classes.body} id="inspector-body" role="tabpanel" aria-labelledby={`inspector-tab-${tab}`}>
        <Suspense fallback={<p className={classes.note}>Loading the editor…</p>}>
          {tab === 'form' && (
            <FormTab
              subject={subject}
              registry={registry}
              problems={problems}
              locked={locked}
              {...(tabs.includes('lua') ? { onOpenLua: () => setTab('lua') } : {})}
            />
          )}
          {tab === 'lua' && <LuaTab key={at} subject={subject} locked={locked} />}
          {tab === 'yaml' && <YamlTab key={at} subject={subject} registry={registry} locked={locked} />}
          {tab === 'routes' && <PerRouteTab key={at} subject={subject} registry={registry} />}
          {tab === 'about' && <AboutTab subject={subject} origin={origin} locked={locked} />}
        </Suspense>
      </div>
    </>
  )
}

function tabsOf(subject: Subject): Tab[] {
  return [
    'form',
    ...(scriptsOf(subject) ? (['lua'] as const) : []),
    'yaml',
    ...(subject.kind === 'hf' && !subject.entry?.terminal ? (['routes'] as const) : []),
    'about',
  ]
}

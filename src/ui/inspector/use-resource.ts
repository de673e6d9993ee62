import { useEffect, useState } from 'react'
import { asObject, asText } from '../../model/json.ts'
import { useApp, useServices } from '../context.ts'
import { loadRegistry } from '../registry.ts'
import { configType, type Subject } from './subject.ts'

/** How long the design rests before it is asked what becomes of a filter. */
const DELAY = 700
/** Designs with more than this are not exported just to name a resource. */
const MOST = 300

const NATIVE = /\.filters\.http\.(lua\.v3\.Lua|wasm\.v3\.Wasm)$/

/**
 * Which Istio resource one of the user's HTTP filters becomes: `TrafficExtension, AUTHN, priority 10`. Undefined for what
 * is not exported, and until it is known.
 */
export function useResource(subject: Subject, own: boolean): string | undefined {
  const { store } = useServices()
  const config = useApp((state) => state.design?.config)
  const base = useApp((state) => state.base)
  const [resource, setResource] = useState<{ id: string; text: string | undefined }>()
  const { id, value, kind } = subject
  const asked = own && kind === 'hf' && base !== undefined && NATIVE.test(configType(value))
  const name = asText(value.name) ?? ''

  useEffect(() => {
    const { design } = store.getState()
    if (!asked || !config || !base || !design?.istio) return
    if (config.listeners.length + config.clusters.length > MOST) return
    let current = true
    const { version, proxy: proxyKind, namespace, labels } = design.istio
    const timer = setTimeout(async () => {
      const [{ exportResources }, { slug }, registry] = await Promise.all([
        import('../../istio/export/index.ts'),
        import('../../istio/export/names.ts'),
        loadRegistry(),
      ])
      if (!current) return
      const whole = { routes: [], endpoints: [] }
      const proxy = { kind: proxyKind, namespace, labels }
      const deps = { registry: registry.types }
      const { resources } = exportResources(
        { ...whole, ...base },
        { ...whole, ...config },
        proxy,
        { istio: version },
        deps,
      )
      const own = resources.find((one) => {
        const kindOf = asText(one.kind) ?? ''
        return kindOf !== 'EnvoyFilter' && asText(asObject(one.metadata).name) === slug(name)
      })
      setResource({ id, text: own ? textOf(own) : resources.length > 0 ? 'EnvoyFilter' : undefined })
    }, DELAY)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [store, asked, config, base, id, name])

  return asked && resource?.id === id ? resource.text : undefined
}

function textOf(resource: Record<string, unknown>): string {
  const { phase, priority } = asObject(resource.spec)
  const parts = [resource.kind, phase, priority === undefined ? undefined : `priority ${priority}`]
  return parts.filter((part) => typeof part === 'string').join(', ')
}

import { type Design, type EnvoyConfig, emptyDesign, type Istio, type ProxyKind } from './design.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { openDesign } from './migrations.ts'
import { sampleTraffic } from './sample-requests.ts'

/** Makes a design of any document that the app knows. Throws an Error that says what was expected. */
export function designOf(document: Json, name = 'Imported proxy'): Design {
  if (!isObject(document))
    throw new Error('(document): expected an object: a design, an Envoy bootstrap, or a proxy’s configuration')
  if ('config' in document || 'format' in document) {
    const design = openDesign(document)
    return design.name === 'Untitled' ? { ...design, name } : design
  }
  if ('static_resources' in document || 'listeners' in document || 'clusters' in document) {
    const design = openDesign({ config: document, name })
    const istio = istioOf(design.config)
    return istio ? { ...design, istio: { ...istio, base: { inline: design.config } } } : design
  }
  const keys = Object.keys(document).slice(0, 4).join(', ')
  throw new Error(
    `(document): found ${keys || 'nothing'}; expected \`config\` (a design or a case), \`static_resources\` (a bootstrap), or \`listeners\` and \`clusters\` (what istiod sends a proxy)`,
  )
}

/** A proxy as the importer reads it from a dump: the lists that a design keeps, and what else its bootstrap had. */
export interface ProxyParts {
  listeners: JsonObject[]
  routes: JsonObject[]
  clusters: JsonObject[]
  endpoints: JsonObject[]
  secrets: JsonObject[]
  bootstrap?: JsonObject
}

/** Makes a design of a proxy that was read from a dump. One of Istio's becomes its own base, to be exported against. */
export function designOfProxy(parts: ProxyParts, name: string): Design {
  const { listeners, routes, clusters, endpoints, secrets, bootstrap } = parts
  const lists = Object.entries({ routes, endpoints, secrets }).filter(([, list]) => list.length > 0)
  const config: EnvoyConfig = { ...bootstrap, listeners, clusters, ...Object.fromEntries(lists) }
  const design: Design = { ...emptyDesign(name), config, ...sampleTraffic(config) }
  const istio = istioOf(config)
  return istio ? { ...design, istio: { ...istio, base: { inline: config } } } : design
}

/** Istio's marks in a configuration tell which kind of proxy it is for. */
function istioOf(config: EnvoyConfig): Istio | undefined {
  const text = JSON.stringify(config.listeners)
  if (!text.includes('istio.stats') && !text.includes('istio.metadata_exchange')) return undefined
  const names = config.listeners.map((listener) => listener.name)
  const proxy: ProxyKind = names.includes('virtualInbound')
    ? 'sidecar'
    : names.includes('main_internal')
      ? 'waypoint'
      : 'gateway'
  return { version: '1.31', proxy, namespace: proxy === 'gateway' ? 'istio-system' : 'default', labels: {} }
}

import type { ProxyConfig } from '../../istio/apply/types.ts'
import type { Design, EnvoyConfig } from '../../model/design.ts'
import { loadRegistry } from '../registry.ts'

export interface Exported {
  text: string
  /** What the reader must know; errors mean that the text does not do all of it. */
  notes: { severity: 'info' | 'warning' | 'error'; place: string; message: string }[]
}

export interface Format {
  id: string
  title: string
  about: string
  /** The name of the file it is saved as. */
  file(design: Design): string
  /** Whether it can be made of this design; base: what the design started from. */
  offered(design: Design, base: EnvoyConfig | undefined): boolean
  make(design: Design, base: EnvoyConfig | undefined): Promise<Exported>
}

/** What can be taken away of a design, the likeliest first. */
export const formats: readonly Format[] = [
  {
    id: 'istio',
    title: 'Istio resources',
    about: 'What makes istiod send this proxy the chains as you changed them. Apply it with kubectl.',
    file: (design) => `${design.name}.yaml`,
    offered: (design, base) => design.istio !== undefined && base !== undefined,
    make: (design, base) => makeResources(design, base, 'native'),
  },
  {
    id: 'envoyfilter',
    title: 'EnvoyFilter only',
    about: 'The same without TrafficExtension and WasmPlugin: for an istiod that does not have them, or a policy.',
    file: (design) => `${design.name}.yaml`,
    offered: (design, base) => design.istio !== undefined && base !== undefined,
    make: (design, base) => makeResources(design, base, 'envoyfilter'),
  },
  {
    id: 'bootstrap',
    title: 'Envoy bootstrap',
    about: 'The whole proxy for plain Envoy, without a control plane: envoy -c FILE.',
    file: (design) => `${design.name}-envoy.yaml`,
    offered: () => true,
    make: makeBootstrap,
  },
  {
    id: 'design',
    title: 'Design',
    about: 'Everything, to open again here: the configuration, requests, answers and what it started from.',
    file: (design) => `${design.name}.json`,
    offered: () => true,
    make: async (design) => ({ text: JSON.stringify(design, null, 2), notes: [] }),
  },
]

async function makeResources(
  design: Design,
  base: EnvoyConfig | undefined,
  prefer: 'native' | 'envoyfilter',
): Promise<Exported> {
  const { istio } = design
  if (!istio || !base) return { text: '', notes: [] }
  const [{ exportResources }, registry] = await Promise.all([import('../../istio/export/index.ts'), loadRegistry()])
  const { namespace, labels, version } = istio
  const proxy = { kind: istio.proxy, namespace, labels }
  const deps = { registry: registry.types }
  const { yaml, notes } = exportResources(
    proxyOf(base),
    proxyOf(design.config),
    proxy,
    { istio: version, prefer },
    deps,
  )
  return { text: yaml, notes }
}

async function makeBootstrap(design: Design): Promise<Exported> {
  const [{ toBootstrap }, registry] = await Promise.all([import('../../istio/export/bootstrap.ts'), loadRegistry()])
  const { yaml, notes } = toBootstrap(proxyOf(design.config), { registry: registry.types })
  return { text: yaml, notes }
}

function proxyOf({ listeners, routes = [], clusters, endpoints = [] }: EnvoyConfig): ProxyConfig {
  return { listeners, routes, clusters, endpoints }
}

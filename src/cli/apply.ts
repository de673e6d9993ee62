import { loadEnvoyRegistry } from '../envoy/load.node.ts'
import { applyResources } from '../istio/apply/index.ts'
import { guarded, readFlags, readProxy, readResources, required, UsageError } from './istio-input.ts'

const usage = 'apply --base PROXY --proxy gateway|sidecar|waypoint --namespace NS --labels k=v,... RESOURCES...'

/**
 * `apply`: prints what istiod sends the proxy once the resources exist, one JSON object. A resource that istiod's
 * webhook refuses is left out, as in a cluster; its note says so and goes to stderr too.
 */
export function applyCommand(args: string[]): Promise<number> {
  return guarded(usage, async () => {
    const { flags, rest, proxy } = readFlags(args, ['istio'])
    if (rest.length === 0) throw new UsageError('no resources are given')
    const registry = loadEnvoyRegistry()
    const base = await readProxy(required(flags, 'base'), registry)
    const resources = await readResources(rest)
    const version = flags.get('istio')
    if (version !== undefined) proxy.version = /^\d+\.\d+$/.test(version) ? `${version}.0` : version
    const result = applyResources(base, proxy, resources, { registry: registry.types })
    process.stdout.write(`${JSON.stringify(result)}\n`)
    const refused = result.notes.filter((note) => note.severity === 'error')
    for (const note of refused) process.stderr.write(`${note.resource}: ${note.message}\n`)
    return 0
  })
}

import { loadEnvoyRegistry } from '../envoy/load.node.ts'
import { type ExportOptions, exportResources } from '../istio/export/index.ts'
import { guarded, readFlags, readProxy, required, UsageError } from './istio-input.ts'

const usage =
  'export --base PROXY --desired PROXY --proxy gateway|sidecar|waypoint --namespace NS --labels k=v,... [--istio 1.31] [--prefer native|envoyfilter]'

/**
 * `export`: prints the resources that turn the base proxy into the desired one, as YAML. Notes go to stderr, a line
 * each; exit 1 when the resources do not do all of it.
 */
export function exportCommand(args: string[]): Promise<number> {
  return guarded(usage, async () => {
    const { flags, rest, proxy } = readFlags(args, ['desired', 'istio', 'prefer'])
    if (rest.length > 0) throw new UsageError(`unexpected argument: ${rest[0]}`)
    const options = readOptions(flags)
    const registry = loadEnvoyRegistry()
    const base = await readProxy(required(flags, 'base'), registry)
    const desired = await readProxy(required(flags, 'desired'), registry)
    const result = exportResources(base, desired, proxy, options, { registry: registry.types })
    process.stdout.write(result.yaml)
    for (const note of result.notes) process.stderr.write(`${note.severity}: ${note.place}: ${note.message}\n`)
    return result.notes.some((note) => note.severity === 'error') ? 1 : 0
  })
}

function readOptions(flags: Map<string, string>): ExportOptions {
  const istio = flags.get('istio') ?? '1.31'
  if (!/^1\.\d+(\.\d+)?$/.test(istio)) throw new UsageError(`--istio is a version such as 1.31, not ${istio}`)
  const prefer = flags.get('prefer') ?? 'native'
  if (prefer !== 'native' && prefer !== 'envoyfilter') throw new UsageError('--prefer is native or envoyfilter')
  return { istio, prefer }
}

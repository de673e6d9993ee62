/**
 * Istio around a proxy. `applyResources` says what istiod 1.31 makes of EnvoyFilters, TrafficExtensions and WasmPlugins;
 * `exportResources` finds the resources that make a wanted proxy of a given one; `toBootstrap` writes the proxy for
 * plain Envoy. Each takes the descriptors as `{ registry: envoyRegistry.types }`. `listBases` and `loadBase` give the
 * bundled proxies.
 */
export {
  type ApplyDeps,
  type ApplyNote,
  type ApplyResult,
  applyResources,
  canonicalConfig,
  type ProxyConfig,
  type ProxyIdentity,
  type ProxyKind,
} from './apply/index.ts'
export { type Base, listBases, loadBase } from './bases/index.ts'
export { type BootstrapOptions, type BootstrapResult, toBootstrap } from './export/bootstrap.ts'
export { type ExportNote, type ExportOptions, type ExportResult, exportResources } from './export/index.ts'

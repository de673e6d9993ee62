import type { FilterAbout } from '../about.ts'

/** Listener filters that pass sockets through here. One that gets simulated moves to a folder of its own. */
export const notSimulatedListener: FilterAbout[] = [
  {
    name: 'envoy.filters.listener.dynamic_modules',
    config: 'envoy.extensions.filters.listener.dynamic_modules.v3.DynamicModuleListenerFilter',
    title: 'Dynamic Module',
    group: 'listener',
    summary: 'Runs a listener filter from a shared library.',
    notModelled: [],
    docs: 'configuration/listeners/listener_filters/dynamic_modules_filter',
  },
  {
    name: 'envoy.filters.listener.original_src',
    config: 'envoy.extensions.filters.listener.original_src.v3.OriginalSrc',
    title: 'Original Source',
    group: 'listener',
    summary: 'Makes upstream connections come from the client\u2019s own address.',
    notModelled: [],
    docs: 'configuration/listeners/listener_filters/original_src_filter',
  },
  {
    name: 'envoy.filters.listener.postgres_inspector',
    config: 'envoy.extensions.filters.listener.postgres_inspector.v3alpha.PostgresInspector',
    title: 'Postgres Inspector',
    group: 'listener',
    summary: 'Recognises Postgres connections. Contrib.',
    notModelled: [],
    docs: 'configuration/listeners/listener_filters/postgres_inspector',
  },
]

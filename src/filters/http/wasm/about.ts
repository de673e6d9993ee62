import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.wasm',
  config: 'envoy.extensions.filters.http.wasm.v3.Wasm',
  title: 'Wasm',
  group: 'scripting',
  summary: 'Runs a proxy-wasm module on each stream.',
  notModelled: [
    'modules that are fetched or read from a file: only local.inline_bytes runs',
    'gRPC calls of a module, foreign functions but clear_route_cache',
    'configurations that are neither StringValue nor BytesValue',
  ],
  docs: 'configuration/http/http_filters/wasm_filter',
  upstream: true,
  // The smallest module that Envoy takes: it has no callbacks, so everything passes.
  defaults: {
    config: {
      vm_config: {
        runtime: 'envoy.wasm.runtime.v8',
        code: {
          local: {
            inline_bytes:
              'AGFzbQEAAAABCQJgAABgAX8BfwMDAgABBQMBAAEHLQMXcHJveHlfYWJpX3ZlcnNpb25fMF8yXzEAAAZtZW1vcnkCAAZtYWxsb2MAAQoJAgIACwQAQQgL',
          },
        },
      },
    },
  },
} satisfies FilterAbout

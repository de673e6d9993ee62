import type { JsonObject } from '../../../engine/stream-info.ts'
import type { Config } from '../../../envoy/types/envoy/extensions/filters/http/set_metadata/v3/set_metadata_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

/**
 * Envoy: source/extensions/filters/http/set_metadata/set_metadata_filter.cc. An entry leaves a namespace that is there
 * alone unless it may overwrite, and then merges into it.
 */
export const setMetadata = defineHttpFilter<Config>({
  ...about,
  create: ({ config, context }) => ({
    decodeHeaders(_headers, { info }) {
      const { dynamicMetadata, typedMetadata } = info
      if (config.metadataNamespace !== '')
        dynamicMetadata.update(config.metadataNamespace, (config.value ?? {}) as JsonObject)
      for (const { metadataNamespace, value, typedValue, allowOverwrite } of config.metadata) {
        if (value && (allowOverwrite || !dynamicMetadata.get(metadataNamespace)))
          dynamicMetadata.update(metadataNamespace, value as JsonObject)
        if (typedValue && (allowOverwrite || !typedMetadata.has(metadataNamespace)))
          typedMetadata.set(metadataNamespace, {
            typeUrl: typedValue.typeUrl,
            value: context.services.registry.unpack(typedValue)?.message,
          })
      }
      return 'Continue'
    },
  }),
})

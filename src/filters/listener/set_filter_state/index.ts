import { StreamInfo } from '../../../engine/stream-info.ts'
import type { Config } from '../../../envoy/types/envoy/extensions/filters/listener/set_filter_state/v3/set_filter_state_pb.d.ts'
import { type FilterStateWriter, filterStateWriter } from '../../common/set-filter-state.ts'
import { defineListenerFilter } from '../../define.ts'
import { about } from './about.ts'

/** Envoy: source/extensions/filters/listener/set_filter_state/config.cc. */
export const listenerSetFilterState = defineListenerFilter<Config, FilterStateWriter>({
  ...about,
  shared: (config, { services, path }) =>
    filterStateWriter(config.onAccept, 'Connection', services, `${path}.on_accept`),
  create: ({ shared, context }) => ({
    onAccept(socket) {
      const info = new StreamInfo(socket.info, context.loop.now)
      for (const note of shared(socket.info.filterState, { info })) socket.note(note)
      return 'Continue'
    },
  }),
})

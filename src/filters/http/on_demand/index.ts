import type {
  OnDemand,
  PerRouteConfig,
} from '../../../envoy/types/envoy/extensions/filters/http/on_demand/v3/on_demand_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

/**
 * Waits for what a request needs and the proxy does not have yet. A design has all of its routes and clusters, so there
 * is nothing to wait for. Envoy: source/extensions/filters/http/on_demand/on_demand_update.cc.
 */
export const onDemand = defineHttpFilter<OnDemand>({
  ...about,
  create: ({ config, context }) => ({
    decodeHeaders(_headers, stream) {
      const route = stream.route()
      const cluster = route?.entry?.clusterName
      if (!route) stream.note('no route, and none to fetch')
      else if (cluster === undefined || context.services.hasCluster(cluster)) stream.note('nothing to fetch')
      else {
        const odcds = stream.perRoute<PerRouteConfig>()?.odcds ?? config.odcds
        stream.note(`${cluster} is not in the design${odcds ? ': the proxy would ask for it' : ''}`)
      }
      return 'Continue'
    },
  }),
})

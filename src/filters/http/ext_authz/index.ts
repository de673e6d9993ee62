import type {
  ExtAuthz,
  ExtAuthzPerRoute,
} from '../../../envoy/types/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'
import { extAuthzFilter } from './filter.ts'
import { type ExtAuthzSettings, extAuthzSettings, routeSettings } from './settings.ts'

/**
 * Holds a request until an authorization service has said whether it may pass.
 * Envoy: source/extensions/filters/http/ext_authz/ext_authz.cc.
 */
export const extAuthz = defineHttpFilter<ExtAuthz, ExtAuthzSettings>({
  ...about,
  shared: extAuthzSettings,
  checkPerRoute: (message, path, services) => void routeSettings(message as ExtAuthzPerRoute, path, services),
  create: ({ shared }) => extAuthzFilter(shared),
})

import fc from 'fast-check'
import type { JsonObject } from '../../src/cli/case-document.ts'
import { routeAction } from './actions.ts'
import { httpFilters, perFilterConfig } from './filters.ts'
import { headerLists, mutations } from './header-changes.ts'
import { routeMatcher } from './matchers.ts'
import { routeMatch } from './matches.ts'
import { boolean, DOMAINS, list, MIRROR, merged, message, oneof, sometimes, typed, word } from './words.ts'

const named = fc.nat({ max: 9 }).map((n): JsonObject => (n < 7 ? { name: `r${n}` } : {}))

const route: fc.Arbitrary<JsonObject> = merged(
  named,
  message({ match: routeMatch }),
  routeAction,
  headerLists,
  message({
    typed_per_filter_config: sometimes(perFilterConfig, 5),
    metadata: sometimes(fc.constant({ filter_metadata: { fuzz: { k: 'v', n: 2, deep: { list: ['a', true] } } } }), 5),
    decorator: sometimes(fc.constant({ operation: 'named' }), 16),
  }),
).map((value) => {
  // A pattern or template has no prefix to replace: Envoy refuses that.
  const match = value.match as JsonObject
  for (const action of [value.route, value.redirect] as (JsonObject | undefined)[]) {
    if (action && 'path_match_policy' in match) delete action.prefix_rewrite
  }
  return value
})

// Most tables end with a route for everything, so that filters and servers get to see requests at all.
const routes: fc.Arbitrary<JsonObject[]> = fc
  .tuple(list(route, 4, 1), route, fc.nat({ max: 4 }))
  .map(([all, last, open]) => (open === 0 ? all : [...all, { ...last, name: 'rest', match: { prefix: '/' } }]))

const routing: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 9, arbitrary: oneof({ routes }) },
  { weight: 1, arbitrary: oneof({ matcher: routeMatcher }) },
)

const BACK_OFF = { base_interval: '0.001s' }

const hostOptions = message({
  require_tls: sometimes(word(['NONE', 'EXTERNAL_ONLY', 'ALL']), 12),
  include_request_attempt_count: sometimes(boolean, 5),
  include_attempt_count_in_response: sometimes(boolean, 5),
  retry_policy: sometimes(fc.constant({ retry_on: '5xx', num_retries: 1, retry_back_off: BACK_OFF }), 14),
  request_mirror_policies: sometimes(fc.constant([{ cluster: MIRROR }]), 16),
  typed_per_filter_config: sometimes(perFilterConfig, 4),
})

const virtualHosts: fc.Arbitrary<JsonObject[]> = fc
  .tuple(
    fc.shuffledSubarray([...DOMAINS], { maxLength: 4 }),
    fc.array(fc.tuple(routing, hostOptions, headerLists), { minLength: 1, maxLength: 3 }),
    fc.nat({ max: 3 }),
  )
  .map(([domains, hosts, star]) =>
    hosts
      .map(([routing, options, lists], index): JsonObject => {
        // Each domain belongs to one host, and the first host is mostly the one for all others.
        const own = domains.filter((_, at) => at % hosts.length === index)
        if (index === 0 && star > 0) own.push('*' as never)
        return { name: `vh${index}`, domains: own, ...routing, ...options, ...lists }
      })
      .filter((host) => (host.domains as string[]).length > 0),
  )

const routeTable: fc.Arbitrary<JsonObject> = merged(
  message({
    name: fc.constant('table'),
    validate_clusters: fc.constant(false),
    most_specific_header_mutations_wins: sometimes(boolean, 4),
    internal_only_headers: sometimes(fc.constant(['x-env']), 6),
    ignore_port_in_host_matching: sometimes(boolean, 6),
    ignore_path_parameters_in_path_matching: sometimes(boolean, 6),
    typed_per_filter_config: sometimes(perFilterConfig, 8),
  }),
  headerLists,
  message({ virtual_hosts: virtualHosts }),
)

const statusFilter = word([400, 404, 500]).map((value) => ({
  status_code_filter: { comparison: { op: 'GE', value: { default_value: value, runtime_key: 'none' } } },
}))

const localReply = message({
  mappers: list(
    message({
      filter: statusFilter,
      status_code: sometimes(word([400, 404, 503, 599]), 2),
      body: sometimes(fc.constant({ inline_string: 'mapped' }), 2),
      headers_to_add: sometimes(
        fc.constant([
          { header: { key: 'x-mapped', value: '%RESPONSE_CODE%' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
        ]),
        2,
      ),
    }),
    2,
  ),
  body_format: sometimes(
    fc.oneof(
      fc.constant({ text_format_source: { inline_string: '%LOCAL_REPLY_BODY% %RESPONSE_CODE% %REQ(:path)%' } }),
      fc.constant({ json_format: { code: '%RESPONSE_CODE%', body: '%LOCAL_REPLY_BODY%', route: '%ROUTE_NAME%' } }),
      fc.constant({ text_format_source: { inline_string: 'plain' }, content_type: 'text/html' }),
    ),
    2,
  ),
})

const earlyMutation = mutations.map((list) => [
  {
    name: 'early',
    typed_config: typed('envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation', {
      mutations: list,
    }),
  },
])

const ipDetection = message({
  header_name: word(['x-a', 'x-real-ip', 'x-forwarded-for']),
  allow_extension_to_set_address_as_trusted: sometimes(boolean, 2),
  reject_with_status: sometimes(fc.constant({ code: 'Forbidden' }), 3),
}).map((config) => [
  {
    name: 'custom',
    typed_config: typed('envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig', config),
  },
])

const managerOptions = message({
  use_remote_address: sometimes(boolean, 2),
  xff_num_trusted_hops: sometimes(fc.integer({ min: 0, max: 2 }), 4),
  skip_xff_append: sometimes(boolean, 4),
  via: sometimes(word(['proxy', '1.1 edge']), 5),
  server_name: sometimes(word(['chain', 'gate/1']), 5),
  server_header_transformation: sometimes(word(['OVERWRITE', 'APPEND_IF_ABSENT', 'PASS_THROUGH']), 3),
  generate_request_id: sometimes(boolean, 4),
  preserve_external_request_id: sometimes(boolean, 3),
  always_set_request_id_in_response: sometimes(boolean, 3),
  represent_ipv4_remote_address_as_ipv4_mapped_ipv6: sometimes(boolean, 12),
  normalize_path: sometimes(boolean, 2),
  merge_slashes: sometimes(boolean, 3),
  path_with_escaped_slashes_action: sometimes(
    word(['KEEP_UNCHANGED', 'REJECT_REQUEST', 'UNESCAPE_AND_REDIRECT', 'UNESCAPE_AND_FORWARD']),
    3,
  ),
  strip_trailing_host_dot: sometimes(boolean, 4),
  strip_any_host_port: sometimes(boolean, 4),
  scheme_header_transformation: sometimes(fc.constant({ scheme_to_overwrite: 'https' }), 8),
  common_http_protocol_options: sometimes(
    word(['ALLOW', 'REJECT_REQUEST', 'DROP_HEADER']).map((action) => ({ headers_with_underscores_action: action })),
    3,
  ),
  http_protocol_options: sometimes(
    fc.constantFrom<JsonObject>(
      { header_key_format: { proper_case_words: {} } },
      { allow_absolute_url: false },
      { accept_http_10: true },
      { enable_trailers: true },
      { allow_chunked_length: true },
    ),
    8,
  ),
  local_reply_config: sometimes(localReply, 4),
  proxy_status_config: sometimes(message({ remove_details: sometimes(boolean, 2) }), 12),
  early_header_mutation_extensions: sometimes(earlyMutation, 8),
  original_ip_detection_extensions: sometimes(ipDetection, 12),
  add_user_agent: sometimes(boolean, 6),
  proxy_100_continue: sometimes(boolean, 8),
  stream_error_on_invalid_http_message: sometimes(boolean, 6),
  max_request_headers_kb: sometimes(fc.constant(1), 16),
  tracing: sometimes(fc.constant({}), 16),
  strip_matching_host_port: sometimes(boolean, 12),
  internal_address_config: sometimes(fc.constant({ cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] }), 5),
})

const router = {
  name: 'envoy.filters.http.router',
  typed_config: typed('envoy.extensions.filters.http.router.v3.Router', {}),
}
const type = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'

/** Without what Envoy refuses beside each other. */
function compatible(options: JsonObject): JsonObject {
  const { strip_matching_host_port, original_ip_detection_extensions, xff_num_trusted_hops, ...rest } = options
  const detected = original_ip_detection_extensions && !rest.use_remote_address
  return {
    ...rest,
    ...(detected ? { original_ip_detection_extensions } : xff_num_trusted_hops && { xff_num_trusted_hops }),
    ...(!rest.strip_any_host_port && strip_matching_host_port && { strip_matching_host_port }),
  }
}

/** A listener's one network filter: a connection manager with a route table and HTTP filters. */
export const connectionManager: fc.Arbitrary<JsonObject> = fc
  .tuple(managerOptions, routeTable, httpFilters)
  .map(([options, table, filters]) => ({
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: typed(type, {
      stat_prefix: 'fuzz',
      ...compatible(options),
      route_config: table,
      http_filters: [...filters, router],
    }),
  }))

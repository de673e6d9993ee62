import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.mcp',
  config: 'envoy.extensions.filters.http.mcp.v3.Mcp',
  perRoute: 'envoy.extensions.filters.http.mcp.v3.McpOverride',
  title: 'MCP',
  group: 'protocol',
  summary: 'Reads Model Context Protocol requests into metadata; may refuse what is none.',
  notModelled: ['the order of members in the reply to an unsupported protocol version', 'statistics'],
  docs: 'configuration/http/http_filters/mcp_filter',
} satisfies FilterAbout

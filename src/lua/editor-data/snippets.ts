// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of snippets are written this way
/** A piece of script to start from; `${1:name}` marks what to fill in, as editors have it. */
export interface Snippet {
  label: string
  /** What is typed to get it. */
  prefix: string
  doc: string
  body: string
}

const lines = (...all: string[]): string => all.join('\n')

/** The ten commonest jobs. */
export const snippets: Snippet[] = [
  {
    label: 'Handlers for request and response',
    prefix: 'handlers',
    doc: 'Both entry functions, empty.',
    body: lines(
      'function envoy_on_request(request_handle)',
      '  $1',
      'end',
      '',
      'function envoy_on_response(response_handle)',
      '  $2',
      'end',
    ),
  },
  {
    label: 'Add a request header',
    prefix: 'addheader',
    doc: 'Sets a header before the request goes on.',
    body: lines(
      'function envoy_on_request(request_handle)',
      '  request_handle:headers():replace("${1:x-header}", "${2:value}")',
      'end',
    ),
  },
  {
    label: 'Security headers on responses',
    prefix: 'secheaders',
    doc: 'Adds the usual security headers and removes what tells about the server.',
    body: lines(
      'function envoy_on_response(response_handle)',
      '  local headers = response_handle:headers()',
      '  headers:replace("strict-transport-security", "max-age=31536000; includeSubDomains")',
      '  headers:replace("x-content-type-options", "nosniff")',
      '  headers:replace("x-frame-options", "${1:DENY}")',
      '  headers:remove("x-powered-by")',
      'end',
    ),
  },
  {
    label: 'Refuse a request',
    prefix: 'deny',
    doc: 'Answers 403 when a header is missing.',
    body: lines(
      'function envoy_on_request(request_handle)',
      '  if not request_handle:headers():get("${1:x-api-key}") then',
      '    request_handle:respond({[":status"] = "${2:403}", ["content-type"] = "text/plain"}, "${3:forbidden}")',
      '  end',
      'end',
    ),
  },
  {
    label: 'Redirect',
    prefix: 'redirect',
    doc: 'Sends the client to another host, keeping the path.',
    body: lines(
      'function envoy_on_request(request_handle)',
      '  local headers = request_handle:headers()',
      '  if headers:get(":authority") == "${1:old.example.com}" then',
      '    request_handle:respond({[":status"] = "301", location = "https://${2:new.example.com}" .. headers:get(":path")})',
      '  end',
      'end',
    ),
  },
  {
    label: 'Ask an authorization service',
    prefix: 'authcall',
    doc: 'Calls a cluster before the request goes on; anything but 200 is passed back.',
    body: lines(
      'function envoy_on_request(request_handle)',
      '  local headers, body = request_handle:httpCall(',
      '    "${1:authz}",',
      '    {',
      '      [":method"] = "GET",',
      '      [":path"] = "${2:/check}",',
      '      [":authority"] = "${3:authz}",',
      '      authorization = request_handle:headers():get("authorization") or "",',
      '    },',
      '    nil,',
      '    ${4:1000}',
      '  )',
      '  if headers[":status"] ~= "200" then',
      '    request_handle:respond({[":status"] = headers[":status"]}, body)',
      '  end',
      'end',
    ),
  },
  {
    label: 'Rewrite a response body',
    prefix: 'rewritebody',
    doc: 'Replaces text in HTML answers; other types pass untouched.',
    body: lines(
      'function envoy_on_response(response_handle)',
      '  local kind = response_handle:headers():get("content-type") or ""',
      '  if not kind:find("${1:text/html}", 1, true) then return end',
      '  local body = response_handle:body()',
      '  if not body then return end',
      '  local text = body:getBytes(0, body:length())',
      '  body:setBytes((text:gsub("${2:from}", "${3:to}")))',
      'end',
    ),
  },
  {
    label: 'Route by a header made of a cookie',
    prefix: 'cookieroute',
    doc: 'Reads a cookie and sets a header that routes can match.',
    body: lines(
      'function envoy_on_request(request_handle)',
      '  local headers = request_handle:headers()',
      '  local cookies = headers:get("cookie") or ""',
      '  local group = cookies:match("${1:group}=([^;]+)") or "${2:stable}"',
      '  headers:replace("x-${1:group}", group)',
      'end',
    ),
  },
  {
    label: 'Pass a value to the response and to logs',
    prefix: 'dynmeta',
    doc: 'Dynamic metadata, read again in the response and by %DYNAMIC_METADATA(...)%.',
    body: lines(
      'function envoy_on_request(request_handle)',
      '  local value = request_handle:headers():get("${1:x-tenant}") or "none"',
      '  request_handle:streamInfo():dynamicMetadata():set("${2:my.namespace}", "${3:tenant}", value)',
      'end',
      '',
      'function envoy_on_response(response_handle)',
      '  local metadata = response_handle:streamInfo():dynamicMetadata():get("${2:my.namespace}")',
      '  response_handle:headers():add("${1:x-tenant}", metadata and metadata["${3:tenant}"] or "none")',
      'end',
    ),
  },
  {
    label: 'Allow one SPIFFE id',
    prefix: 'spiffe',
    doc: "Lets requests through by the name in the client's certificate.",
    body: lines(
      'function envoy_on_request(request_handle)',
      '  local ssl = request_handle:streamInfo():downstreamSslConnection()',
      '  local id = ssl and ssl:uriSanPeerCertificate()[1]',
      '  if id ~= "${1:spiffe://cluster.local/ns/default/sa/client}" then',
      '    request_handle:respond({[":status"] = "403"}, "forbidden")',
      '  end',
      'end',
    ),
  },
]

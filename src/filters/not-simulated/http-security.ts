import type { FilterAbout } from '../about.ts'

/** HTTP filters that are not simulated: security. */
export const securityHttp: FilterAbout[] = [
  {
    name: 'envoy.filters.http.aws_request_signing',
    config: 'envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigning',
    title: 'AWS Request Signing',
    group: 'security',
    summary: 'Signs requests to AWS services with the proxy\u2019s credentials.',
    notModelled: [],
    docs: 'configuration/http/http_filters/aws_request_signing_filter',
    upstream: true,
    defaults: { service_name: 's3', region: 'us-east-1' },
  },
  {
    name: 'envoy.filters.http.gcp_authn',
    config: 'envoy.extensions.filters.http.gcp_authn.v3.GcpAuthnFilterConfig',
    title: 'GCP Authentication',
    group: 'security',
    summary: 'Fetches an identity token from Google\u2019s metadata server and adds it.',
    notModelled: [],
    docs: 'configuration/http/http_filters/gcp_authn_filter',
  },
  {
    name: 'envoy.filters.http.proto_api_scrubber',
    config: 'envoy.extensions.filters.http.proto_api_scrubber.v3.ProtoApiScrubberConfig',
    title: 'Proto API Scrubber',
    group: 'security',
    summary: 'Removes fields from gRPC messages that the caller may not see.',
    notModelled: [],
    docs: 'configuration/http/http_filters/proto_api_scrubber_filter',
  },
  {
    name: 'envoy.filters.http.checksum',
    config: 'envoy.extensions.filters.http.checksum.v3alpha.ChecksumConfig',
    title: 'Checksum',
    group: 'security',
    summary: 'Checks response bodies against known SHA-256 sums. Contrib.',
    notModelled: [],
    docs: 'configuration/http/http_filters/checksum_filter',
  },
  {
    name: 'envoy.filters.http.sxg',
    config: 'envoy.extensions.filters.http.sxg.v3alpha.SXG',
    title: 'Signed Exchange',
    group: 'security',
    summary: 'Packs responses as signed HTTP exchanges. Contrib.',
    notModelled: [],
    docs: 'configuration/http/http_filters/sxg_filter',
  },
]

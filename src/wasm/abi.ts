/**
 * Numbers of the proxy-wasm ABI 0.1.0 to 0.2.1, as the host of Envoy has them
 * (proxy-wasm-cpp-host: include/proxy-wasm/wasm_api_impl.h and the enums of its SDKs).
 */

/** What a host function returns. */
export const Result = {
  Ok: 0,
  NotFound: 1,
  BadArgument: 2,
  SerializationFailure: 3,
  ParseFailure: 4,
  InvalidMemoryAccess: 6,
  Empty: 7,
  CasMismatch: 8,
  InternalFailure: 10,
  BrokenConnection: 11,
  Unimplemented: 12,
} as const

export const MapType = {
  RequestHeaders: 0,
  RequestTrailers: 1,
  ResponseHeaders: 2,
  ResponseTrailers: 3,
  GrpcReceiveInitialMetadata: 4,
  GrpcReceiveTrailingMetadata: 5,
  HttpCallResponseHeaders: 6,
  HttpCallResponseTrailers: 7,
} as const
export const LAST_MAP = 7

export const BufferType = {
  HttpRequestBody: 0,
  HttpResponseBody: 1,
  NetworkDownstreamData: 2,
  NetworkUpstreamData: 3,
  HttpCallResponseBody: 4,
  GrpcReceiveBuffer: 5,
  VmConfiguration: 6,
  PluginConfiguration: 7,
  CallData: 8,
} as const
export const LAST_BUFFER = 8

export const StreamType = { Request: 0, Response: 1, Downstream: 2, Upstream: 3 } as const

/** Kinds of metrics; a metric's id has its kind in the two lowest bits. */
export const MetricType = { Counter: 0, Gauge: 1, Histogram: 2 } as const

/** Ids of metrics and calls are counted in steps of this, above what the kind takes. */
export const ID_STEP = 4

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'critical'] as const

/** WASI's error numbers that Envoy's host returns. */
export const Wasi = { Success: 0, BadDescriptor: 8, Fault: 21, NotImplemented: 52, NotSupported: 58 } as const

/** Version of the ABI, by the function that a module exports to say so. */
export const ABI_MARKERS = {
  proxy_abi_version_0_1_0: '0.1.0',
  proxy_abi_version_0_2_0: '0.2.0',
  proxy_abi_version_0_2_1: '0.2.1',
} as const
export type AbiVersion = (typeof ABI_MARKERS)[keyof typeof ABI_MARKERS]

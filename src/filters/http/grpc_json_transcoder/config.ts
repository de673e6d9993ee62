import { createFileRegistry, type DescMessage, type DescMethod, type FileRegistry } from '@bufbuild/protobuf'
import { ConfigError } from '../../../engine/catalogue.ts'
import type { GrpcJsonTranscoder } from '../../../envoy/types/envoy/extensions/filters/http/grpc_json_transcoder/v3/transcoder_pb.d.ts'
import { readDescriptors } from '../../common/descriptors.ts'
import { type HttpRule, httpRuleOf } from './http-rule.ts'
import { parseHttpTemplate } from './http-template.ts'
import type { PrintOptions } from './json-printer.ts'
import { PathMatcher, type Unescape } from './path-matcher.ts'
import { resolveFieldPath } from './weave.ts'

const HTTP_BODY = 'google.api.HttpBody'

/** One way to call a method over HTTP. */
export interface MethodRoute {
  method: DescMethod
  /** Field that the body is, `*` for the whole message, empty for none. */
  body: string
  /** The body is a google.api.HttpBody: it goes on as it is. Fields on the way to it. */
  httpBodyPath: number[] | undefined
  /** The response is one, or has one in this field. */
  httpBodyResponse: boolean
  responseBody: string
}

export interface TranscoderSettings {
  /** Undefined: no services, so nothing is transcoded. */
  matcher: PathMatcher<MethodRoute> | undefined
  registry: FileRegistry
  print: PrintOptions
  stream: 'array' | 'lines' | 'events'
  message: GrpcJsonTranscoder
}

const UNESCAPE: Unescape[] = ['except reserved', 'except slash', 'all']

/**
 * Reads descriptors and HTTP rules. Throws ConfigError for what Envoy refuses: descriptors that do not parse or miss
 * their imports, services that are not among them, rules that cannot be registered.
 */
export function transcoderSettings(config: GrpcJsonTranscoder, path: string): TranscoderSettings {
  const options = config.printOptions
  const settings: TranscoderSettings = {
    matcher: undefined,
    registry: createFileRegistry(),
    print: {
      whitespace: options?.addWhitespace ?? false,
      primitives: options?.alwaysPrintPrimitiveFields ?? false,
      enumsAsInts: options?.alwaysPrintEnumsAsInts ?? false,
      protoNames: options?.preserveProtoFieldNames ?? false,
    },
    stream: options?.streamNewlineDelimited ? 'lines' : options?.streamSseStyleDelimited ? 'events' : 'array',
    message: config,
  }
  if (config.services.length === 0) return settings
  if (config.descriptorSet.case === 'protoDescriptor')
    throw new ConfigError(
      `${path}.proto_descriptor`,
      `the file ${config.descriptorSet.value} cannot be read here; put its content into proto_descriptor_bin`,
    )
  settings.registry = readDescriptors(config.descriptorSet.value ?? new Uint8Array(0), `${path}.proto_descriptor_bin`)
  const matcher = new PathMatcher<MethodRoute>({
    unescape: UNESCAPE[config.urlUnescapeSpec] ?? 'except reserved',
    plusIsSpace: config.queryParamUnescapePlus,
    unregisteredVerbs: config.matchUnregisteredCustomVerb,
    ignoredParameters: new Set(config.ignoredQueryParameters),
  })
  config.services.forEach((name, i) => {
    const at = `${path}.services[${i}]`
    const service = settings.registry.getService(name)
    if (!service) throw new ConfigError(at, `no service ${name} in the proto descriptor`)
    for (const method of service.methods) {
      const rule = httpRuleOf(method) ?? (config.autoMapping ? autoRule(name, method.name) : undefined)
      if (rule) register(matcher, rule, method, at)
    }
  })
  settings.matcher = matcher
  return settings
}

function autoRule(service: string, method: string): HttpRule {
  return { method: 'POST', path: `/${service}/${method}`, body: '*', responseBody: '', additional: [] }
}

function register(matcher: PathMatcher<MethodRoute>, rule: HttpRule, method: DescMethod, path: string): void {
  const name = `${method.parent.typeName}.${method.name}`
  for (const each of [rule, ...rule.additional]) {
    const template = parseHttpTemplate(each.path)
    if (each.method === '' || !template) throw new ConfigError(path, `${name}: '${each.path}' is not a path template`)
    matcher.register(each.method, template, methodRoute(each, method, name, path))
  }
}

function methodRoute(rule: HttpRule, method: DescMethod, name: string, path: string): MethodRoute {
  const target = (body: string, message: DescMessage) => {
    const fields = body === '' || body === '*' ? [] : resolveFieldPath(message, body.split('.'))
    if (!Array.isArray(fields)) throw new ConfigError(path, `${name}: ${fields.error}`)
    const last = fields.at(-1)
    const type = last ? last.message?.typeName : message.typeName
    return { isHttpBody: type === HTTP_BODY, fields }
  }
  const request = target(rule.body, method.input)
  const response = target(rule.responseBody, method.output)
  if (rule.responseBody !== '' && !response.isHttpBody)
    throw new ConfigError(path, `${name}: response_body is only supported for fields of type ${HTTP_BODY}`)
  const raw = request.isHttpBody && rule.body !== ''
  return {
    method,
    body: rule.body,
    httpBodyPath: raw ? request.fields.map((field) => field.number) : undefined,
    httpBodyResponse: response.isHttpBody,
    responseBody: rule.responseBody,
  }
}

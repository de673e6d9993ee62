import type { FunctionDoc, ParameterDoc } from './doc-types.ts'

const page = 'https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/lua_filter'

/** A section of Envoy's page about the Lua filter. */
export function envoyLink(anchor = ''): string {
  return anchor ? `${page}#${anchor}` : page
}

/** `name:type`, `name:type?` for one that may be left out, and what it is. */
export function parameter(spec: string, doc: string): ParameterDoc {
  const [name, type] = spec.split(':') as [string, string]
  return type.endsWith('?') ? { name, type: type.slice(0, -1), optional: true, doc } : { name, type, doc }
}

/** A method; the anchor of its section follows from its name unless given. */
export function method(
  name: string,
  parameters: ParameterDoc[],
  returns: string[],
  doc: string,
  anchor = name.toLowerCase(),
): FunctionDoc {
  return { name, parameters, returns, doc, link: envoyLink(anchor) }
}

const logs = ['Trace', 'Debug', 'Info', 'Warn', 'Err', 'Critical']

/** logTrace to logCritical: every object of Envoy's has them. */
export function logMethods(): FunctionDoc[] {
  return logs.map((level) =>
    method(
      `log${level}`,
      [parameter('message:string', 'What to log; a number will do.')],
      [],
      `Writes a line to Envoy's log at level ${level.toLowerCase()}. Sidecars show warnings and worse unless their Lua log level is lowered.`,
      'logtrace',
    ),
  )
}

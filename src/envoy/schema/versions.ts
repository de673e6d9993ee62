import { getOption, type Registry } from '@bufbuild/protobuf'

const V2 =
  /^envoy\.(api\.v2|service\..*\.v2|.*\.v2(alpha\d*)?|type(\.matcher|\.metadata\.v2)?)\.[A-Z]|\.v2(alpha\d*)?\.[A-Z]/

const successors = new WeakMap<Registry, Map<string, string>>()

/**
 * The v3 message that took the place of one of the v2 API; '' when the name is of the v2 API and nothing is known to
 * follow it; undefined when it is not of the v2 API. Descriptors say which message each came from.
 */
export function successorOf(typeName: string, types: Registry): string | undefined {
  const known = successorsIn(types).get(typeName)
  if (known !== undefined) return known
  return V2.test(typeName) ? '' : undefined
}

function successorsIn(types: Registry): Map<string, string> {
  let map = successors.get(types)
  if (map) return map
  map = new Map()
  const versioning = types.getExtension('udpa.annotations.versioning')
  if (!versioning) throw new Error('The descriptor set has no extension udpa.annotations.versioning')
  for (const type of types) {
    if (type.kind !== 'message') continue
    const { previousMessageType } = getOption(type, versioning) as { previousMessageType?: string }
    if (previousMessageType) map.set(previousMessageType, type.typeName)
  }
  successors.set(types, map)
  return map
}

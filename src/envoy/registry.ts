import {
  create,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonObject,
  type JsonValue,
  type Message,
  type Registry,
  toBinary,
  toJson,
} from '@bufbuild/protobuf'
import type { Any, Struct } from '@bufbuild/protobuf/wkt'
import { formatPath, type Path } from './document/path.ts'
import { createLazyRegistry } from './lazy-registry.ts'
import { TYPED_STRUCT_TYPES, typeNameOf } from './opaque.ts'
import { createPlanner, type Planner } from './schema/plan.ts'
import type { Problem } from './schema/problem.ts'
import { readMessage } from './schema/read-message.ts'

/** What stands in an Any: the message when its type is known, else the fields as proto3 JSON. */
export interface Unpacked {
  /** Fully qualified message name, without `type.googleapis.com/`. */
  typeName: string
  /** Absent when the type is unknown or its fields do not fit it. */
  message?: Message
  /** The fields of a type this registry does not know. */
  json?: JsonObject
  /** Why a TypedStruct could not be read as the type it names. */
  error?: string
}

export interface EnvoyRegistry {
  /** The protobuf-es registry, for code that walks descriptors (forms, validation, completion). */
  types: Registry
  /** Names of every top-level message, in the order of the descriptor set. */
  messageNames: readonly string[]
  /** The descriptor of a message, nested ones too; undefined when Envoy 1.40 has no such type. */
  message(typeName: string): DescMessage | undefined
  /** A message with nothing set: every scalar at its proto3 default. */
  create<T extends Message = Message>(typeName: string): T
  /**
   * proto3 JSON (field names as in the .proto, or in camelCase) -> message. Types that the registry does not know are
   * kept inside their Any as a TypedStruct. Throws ConfigError, whose message starts with the JSON path.
   */
  decode<T extends Message = Message>(typeName: string, json: JsonValue): T
  /**
   * The message in an Any, unwrapped from a TypedStruct if it is in one. Undefined for an absent or empty Any. The
   * answer is kept for each Any object: unpacking the same one again costs nothing and gives the same message.
   */
  unpack(any: Any | undefined): Unpacked | undefined
  /** A message of the type with these fields (names in camelCase, as in the generated types), as it travels. */
  encode(typeName: string, fields: Record<string, unknown>): Uint8Array
  /** The message in `bytes`; throws when they are no such message. */
  decodeBinary<T extends Message = Message>(typeName: string, bytes: Uint8Array): T
  /** Message -> proto3 JSON with the names of the .proto file (snake_case), defaults left out. */
  toJson(message: Message): JsonValue
}

/** A configuration that does not fit its type; the message is `path: what is wrong`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly path: Path
  readonly suggestion?: string

  constructor(problem: Pick<Problem, 'path' | 'message' | 'suggestion'>) {
    super(`${formatPath(problem.path) || '(root)'}: ${problem.message}`)
    this.path = problem.path
    this.suggestion = problem.suggestion
  }
}

/** What decode() passes over because it can keep it: validation is where it is said. */
const KEPT_AS_OPAQUE = ['unknown-type', 'v2-type', 'missing-type', 'deprecated']

/**
 * Wraps the encoded FileDescriptorSet of `descriptors.generated.binpb`. Cheap to call: files are decoded when they are
 * first needed. Do it once for a page, worker or process.
 */
export function createEnvoyRegistry(descriptorSet: Uint8Array): EnvoyRegistry {
  const { registry: types, index } = createLazyRegistry(descriptorSet)
  const unpacked = new WeakMap<Any, Unpacked>()

  const known = (typeName: string): DescMessage => {
    const desc = types.getMessage(typeName)
    if (!desc) throw new ConfigError({ path: [], message: `Envoy has no message type ${typeName}` })
    return desc
  }

  let planner: Planner | undefined

  const decode = <T extends Message>(typeName: string, json: JsonValue): T => {
    const desc = known(typeName)
    try {
      return fromJson(desc, json, { registry: types }) as T
    } catch {
      // Rare, so the second look may cost something: what only Envoy's parser takes, another vendor's type, a mistake.
    }
    planner ??= createPlanner(types)
    let mistake: Problem | undefined
    const canonical = readMessage(desc, json, [], {
      types,
      planner,
      report(problem) {
        if (problem.severity === 'error' && !KEPT_AS_OPAQUE.includes(problem.rule)) mistake ??= problem
      },
    })
    if (mistake) throw new ConfigError(mistake)
    return fromJson(desc, canonical, { registry: types }) as T
  }

  const encodeJson = (message: Message): JsonValue =>
    toJson(known(message.$typeName), message, { registry: types, useProtoFieldName: true })

  const open = (any: Any): Unpacked => {
    const typeName = typeNameOf(any.typeUrl)
    const desc = types.getMessage(typeName)
    if (!desc) return { typeName }
    const message = fromBinary(desc, any.value)
    if (!TYPED_STRUCT_TYPES.includes(typeName)) return { typeName, message }

    const { typeUrl, value } = message as Message & { typeUrl: string; value?: Struct | JsonObject }
    const inner = typeNameOf(typeUrl)
    const json = (value ?? {}) as JsonObject
    if (!types.getMessage(inner)) return { typeName: inner, json }
    try {
      return { typeName: inner, message: decode(inner, json) }
    } catch (error) {
      return { typeName: inner, json, error: error instanceof Error ? error.message : String(error) }
    }
  }

  return {
    types,
    messageNames: index.messages,
    message: (typeName) => types.getMessage(typeName),
    create: <T extends Message>(typeName: string) => create(known(typeName)) as T,
    decode,
    unpack(any) {
      if (!any?.typeUrl) return undefined
      let found = unpacked.get(any)
      if (!found) {
        found = open(any)
        unpacked.set(any, found)
      }
      return found
    },
    encode(typeName, fields) {
      const desc = known(typeName)
      return toBinary(desc, create(desc, fields))
    },
    decodeBinary: <T extends Message>(typeName: string, bytes: Uint8Array) => fromBinary(known(typeName), bytes) as T,
    toJson: encodeJson,
  }
}

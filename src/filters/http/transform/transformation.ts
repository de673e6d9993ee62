import { fromLatin1, fromUtf8, toByteString } from '../../../engine/bytes.ts'
import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import {
  type CommandTable,
  createBodyFormatter,
  type FormatContext,
  HeaderMutations,
  jsonCommand,
  jsonText,
  toByteJson,
} from '../../../engine/format/index.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../engine/stream-info.ts'
import type { Transformation as TransformationMessage } from '../../../envoy/types/envoy/extensions/filters/http/transform/v3/transform_pb.d.ts'

const REPLACE = 1

/** What is done to one kind of message, made ready. */
export interface Transformation {
  /** Changes the headers and gives the new body, a byte string; undefined when the body stays, or cannot be made. */
  run(body: JsonObject, headers: HeaderMap, context: FormatContext): { body: string | undefined; done: boolean }
  /** content-type of a new body; empty when it keeps the one it has. */
  contentType: string
}

/** %REQUEST_BODY(a:b)% and %RESPONSE_BODY(a:b)%: a member of a JSON body. */
const COMMANDS: CommandTable = {
  REQUEST_BODY: bodyCommand((context) => context.requestBody),
  RESPONSE_BODY: bodyCommand((context) => context.responseBody),
}

/** Throws ConfigError for formats and mutations that Envoy refuses. */
export function createTransformation(
  config: TransformationMessage,
  path: string,
  { services }: FilterFactoryContext,
): Transformation {
  const { bodyTransformation } = config
  const format =
    bodyTransformation?.bodyFormat &&
    createBodyFormatter(bodyTransformation.bodyFormat, `${path}.body_transformation.body_format`, services, COMMANDS)
  const merges = bodyTransformation?.action !== REPLACE
  const mutations = new HeaderMutations(config.headersMutations, `${path}.headers_mutations`, services, COMMANDS)
  return {
    contentType: toByteString(bodyTransformation?.bodyFormat?.contentType ?? ''),
    run(body, headers, context) {
      const text = format?.format(context)
      const patch = text === undefined || !merges ? undefined : parseObject(text)
      if (text !== undefined && merges && !patch) return { body: undefined, done: false }
      mutations.evaluate(headers, context)
      return { body: patch ? jsonText({ ...body, ...patch }) : text, done: true }
    },
  }
}

/** A JSON object from its text, a byte string; undefined for anything else. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(fromUtf8(fromLatin1(text)))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function bodyCommand(read: (context: FormatContext) => JsonValue | undefined): CommandTable[string] {
  return {
    parameter: 'optional',
    length: true,
    create: (parameter) => {
      const keys = parameter.split(':')
      return jsonCommand((context) => {
        // Without a path there is nothing: the whole body has no name.
        let node = parameter === '' ? undefined : read(context)
        for (const key of keys) {
          if (!isObject(node) || !Object.hasOwn(node, key)) return undefined
          node = node[key]
        }
        return node === undefined ? undefined : toByteJson(node)
      })
    },
  }
}

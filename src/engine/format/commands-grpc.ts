import { ConfigError } from '../catalogue.ts'
import { grpcStatusOf, httpToGrpcStatus, isGrpcRequest } from '../match/grpc.ts'
import { type CommandDefinition, type CommandTable, numberCommand, textCommand } from './command.ts'
import type { Command, FormatContext } from './types.ts'

const CAMEL = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
]

/** absl spells one of them differently. */
const SNAKE = CAMEL.map((name) =>
  name === 'OK' ? 'OK' : name === 'Canceled' ? 'CANCELLED' : name.replace(/(?<=[a-z])([A-Z])/g, '_$1').toUpperCase(),
)

/** gRPC status of a gRPC request: from trailers, headers, or the HTTP status. */
export const grpcCommands: CommandTable = {
  GRPC_STATUS: {
    parameter: 'optional',
    length: false,
    create(parameter, _, { path }) {
      switch (parameter) {
        case '':
        case 'CAMEL_STRING':
          return named(CAMEL)
        case 'SNAKE_STRING':
          return named(SNAKE)
        case 'NUMBER':
          return numberCommand(statusOf)
        default:
          throw new ConfigError(path, `%GRPC_STATUS(${parameter})%: expected CAMEL_STRING, SNAKE_STRING or NUMBER`)
      }
    },
  },
  GRPC_STATUS_NUMBER: numbered(),
}

function named(names: readonly string[]): Command {
  return textCommand((context) => {
    const status = statusOf(context)
    return status === undefined ? undefined : (names[status] ?? String(status))
  })
}

function numbered(): CommandDefinition {
  return { parameter: 'none', length: false, create: () => numberCommand(statusOf) }
}

function statusOf(context: FormatContext): number | undefined {
  if (!isGrpcRequest(context.requestHeaders ?? context.info.requestHeaders)) return undefined
  const found = grpcStatusOf(context.responseHeaders, context.responseTrailers)
  if (found !== undefined) return found
  const code = context.info.responseCode
  return code === undefined ? undefined : httpToGrpcStatus(code)
}

import type { DescField, DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf'
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt'
import type { Path } from '../document/path.ts'
import type { EnvoyRegistry } from '../registry.ts'
import { createPlanner } from '../schema/plan.ts'
import type { Problem } from '../schema/problem.ts'
import { readMessage } from '../schema/read-message.ts'
import * as rules from '../schema/rules.ts'
import type { LuaSource } from './check.ts'
import { CHECKS } from './checks.ts'

/** Reads messages of one document with every check that goes with their types. */
export interface MessageReader {
  report(problem: Problem): void
  /** Scripts found on the way, to be parsed at the end. */
  lua: LuaSource[]
  /** Clusters that routes may name; undefined when they are defined elsewhere. */
  clusters?: ReadonlySet<string>
  /** How large a compiled regular expression may be; undefined where the proxy's settings are not known. */
  regexLimit?: number
  /** Checks a message and gives its canonical JSON back; `partial` for a value that is merged into another. */
  read(typeName: string, json: JsonValue, path: Path, partial?: boolean): JsonValue
}

export function createMessageReader(registry: EnvoyRegistry, report: (problem: Problem) => void): MessageReader {
  const { types } = registry
  const planner = createPlanner(types)
  const reader: MessageReader = {
    report,
    lua: [],
    read(typeName, json, path, partial = false) {
      const desc = registry.message(typeName)
      if (!desc) throw new Error(`The descriptor set has no message ${typeName}`)
      const onMessage = (message: DescMessage, read: JsonObject, at: Path, isPartial: boolean) => {
        const { clusters, regexLimit, lua } = reader
        const context = { types, report, partial: isPartial, clusters, regexLimit, lua }
        for (const check of CHECKS[message.typeName] ?? []) check(read, at, context)
        if (isPartial) reportUnmergeable(message, read, at, report)
      }
      // istiod merges the configuration of the filter itself; every other Any it replaces as a whole.
      const mergesAny = (at: Path) => at.length === path.length + 1
      return readMessage(desc, json, path, { types, planner, report, rules, partial, mergesAny, onMessage })
    },
  }
  return reader
}

/** A protobuf merge cannot tell a field that is set to its default from one that is not set. */
function reportUnmergeable(desc: DescMessage, json: JsonObject, path: Path, report: (problem: Problem) => void): void {
  for (const [name, value] of Object.entries(json)) {
    const field = desc.fields.find((each) => each.name === name)
    if (!field || !isImplicit(field) || !isDefault(value)) continue
    const message = `a merge cannot set ${name} to ${JSON.stringify(value)}: it is the default, so what was there stays`
    report({ path: [...path, name], severity: 'warning', rule: 'patch', message })
  }
}

function isImplicit(field: DescField): boolean {
  return field.fieldKind === 'scalar' && !field.oneof && field.presence === FeatureSet_FieldPresence.IMPLICIT
}

function isDefault(value: JsonValue): boolean {
  return value === false || value === 0 || value === '0' || value === ''
}

import { isObject, type Json, type JsonObject, stringAt } from '../message/json.ts'
import type { ExportNote } from './types.ts'

/** Takes away a transport socket whose certificates come from Istio's agent: it becomes plain text, and that is said. */
export function plainSecrets(owner: JsonObject, place: string, notes: ExportNote[]): void {
  const socket = owner.transport_socket
  if (!isObject(socket) || !hasRemoteSecret(socket)) return
  delete owner.transport_socket
  const label = stringAt(owner, 'name')
  notes.push({
    severity: 'warning',
    place: label === '' || place.endsWith(label) ? place : `${place} / ${label}`,
    message: "plain text instead of TLS: its certificates come from Istio's agent (SDS)",
  })
}

/** True when something in the message is asked for by SDS from a server, rather than from a file. */
function hasRemoteSecret(value: Json): boolean {
  if (Array.isArray(value)) return value.some(hasRemoteSecret)
  if (!isObject(value)) return false
  const config = value.sds_config
  if (isObject(config) && config.path_config_source === undefined && config.path === undefined) return true
  return Object.values(value).some(hasRemoteSecret)
}

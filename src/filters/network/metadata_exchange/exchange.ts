import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { AnySchema, type Struct, StructSchema, ValueSchema } from '@bufbuild/protobuf/wkt'

const STRUCT_URL = 'type.googleapis.com/google.protobuf.Struct'
const PEER = 'x-envoy-peer-metadata'
const PEER_ID = 'x-envoy-peer-metadata-id'

/** What an exchange begins with: four bytes that tell it from anything else, and four of the length of what follows. */
export const HEADER_LENGTH = 8
const MAGIC = 0x3d230467

/** The bytes with which a proxy says who it is: the header, and an Any with a Struct of its metadata and node id. */
export function encodeExchange(metadata: Struct, nodeId: string): Uint8Array {
  const value = (kind: { case: 'structValue'; value: Struct } | { case: 'stringValue'; value: string }) =>
    create(ValueSchema, { kind })
  const fields = {
    [PEER]: value({ case: 'structValue', value: metadata }),
    ...(nodeId ? { [PEER_ID]: value({ case: 'stringValue', value: nodeId }) } : {}),
  }
  const struct = toBinary(StructSchema, create(StructSchema, { fields }))
  const any = toBinary(AnySchema, create(AnySchema, { typeUrl: STRUCT_URL, value: struct }))
  const bytes = new Uint8Array(HEADER_LENGTH + any.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC)
  view.setUint32(4, any.length)
  bytes.set(any, HEADER_LENGTH)
  return bytes
}

/** How long the peer's data is that follows `header`; undefined when this is no exchange. */
export function exchangeLength(header: Uint8Array): number | undefined {
  const view = new DataView(header.buffer, header.byteOffset, HEADER_LENGTH)
  return view.getUint32(0) === MAGIC ? view.getUint32(4) : undefined
}

/** The peer's node id, empty when it does not say one; undefined when the data is no Any with a Struct. */
export function peerId(data: Uint8Array): string | undefined {
  try {
    const any = fromBinary(AnySchema, data)
    const id = fromBinary(StructSchema, any.value).fields[PEER_ID]?.kind
    return id?.case === 'stringValue' ? id.value : ''
  } catch {
    return undefined
  }
}

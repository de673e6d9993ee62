import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf'
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { ConfigError } from '../../engine/catalogue.ts'

/**
 * The types of a FileDescriptorSet as protoc writes it. Throws ConfigError at `path` for what Envoy refuses: bytes that are
 * none, and files that import what does not stand before them.
 */
export function readDescriptors(bytes: Uint8Array, path: string): FileRegistry {
  let set: FileDescriptorSet
  try {
    set = fromBinary(FileDescriptorSetSchema, bytes)
  } catch {
    throw new ConfigError(path, 'not a FileDescriptorSet; write it with protoc --include_imports --descriptor_set_out')
  }
  const known = new Set<string>()
  for (const file of set.file) {
    const missing = file.dependency.find((name) => !known.has(name))
    if (missing !== undefined)
      throw new ConfigError(
        path,
        `${file.name} imports ${missing}, which is not before it; use protoc --include_imports`,
      )
    known.add(file.name)
  }
  try {
    return createFileRegistry(set)
  } catch (error) {
    throw new ConfigError(path, `the descriptors do not fit together: ${(error as Error).message}`)
  }
}

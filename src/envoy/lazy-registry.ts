import { createFileRegistry, type DescFile, type FileRegistry, fromBinary, type Registry } from '@bufbuild/protobuf'
import { nestedTypes, protoCamelCase } from '@bufbuild/protobuf/reflect'
import { type DescriptorProto, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { type DescriptorIndex, indexDescriptors } from './descriptor-index.ts'

type Declaration = NonNullable<ReturnType<Registry['get']>>

/**
 * A protobuf registry that decodes a file, and the files it imports, when a type of it is first asked for. Iterating
 * over it loads everything.
 */
export function createLazyRegistry(descriptorSet: Uint8Array): { registry: Registry; index: DescriptorIndex } {
  const index = indexDescriptors(descriptorSet)
  const files = new Map<string, DescFile>()
  const types = new Map<string, Declaration>()

  const loadFile = (name: string): DescFile => {
    const loaded = files.get(name)
    if (loaded) return loaded
    const indexed = index.files.get(name)
    if (!indexed) throw new Error(`The descriptor set has no file ${name}`)
    const proto = fromBinary(FileDescriptorProtoSchema, indexed.bytes)
    proto.messageType.forEach(restoreJsonNames)
    const scope: FileRegistry = createFileRegistry(proto, (dependency) => withoutDependencies(loadFile(dependency)))
    const file = scope.getFile(name)!
    files.set(name, file)
    for (const type of nestedTypes(file)) types.set(type.typeName, type)
    return file
  }

  const get = (typeName: string): Declaration | undefined => {
    const known = types.get(typeName)
    if (known) return known
    const file = declaringFile(index, typeName)
    if (file === undefined || files.has(file)) return undefined
    loadFile(file)
    return types.get(typeName)
  }

  const registry: Registry = {
    kind: 'registry',
    get,
    getMessage: (typeName) => only('message', get(typeName)),
    getEnum: (typeName) => only('enum', get(typeName)),
    getExtension: (typeName) => only('extension', get(typeName)),
    getService: (typeName) => only('service', get(typeName)),
    getExtensionFor(extendee, number) {
      for (const type of types.values()) {
        if (type.kind === 'extension' && type.number === number && type.extendee.typeName === extendee.typeName) {
          return type
        }
      }
      return undefined
    },
    [Symbol.iterator]() {
      for (const name of index.files.keys()) loadFile(name)
      return types.values()
    },
  }
  return { registry, index }
}

/** The file of a type: its own, or that of the message it is nested in. */
function declaringFile(index: DescriptorIndex, typeName: string): string | undefined {
  for (let name = typeName; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    const file = index.declaredIn.get(name)
    if (file !== undefined) return file
  }
  return undefined
}

/**
 * protobuf-es adds the dependencies of a dependency again for every path that leads to them, which for Envoy's core
 * files is exponential. A file only needs the types of what it imports itself.
 */
function withoutDependencies(file: DescFile): DescFile {
  return Object.create(file, { dependencies: { value: [] } }) as DescFile
}

function only<K extends Declaration['kind']>(kind: K, type: Declaration | undefined) {
  return type?.kind === kind ? (type as Extract<Declaration, { kind: K }>) : undefined
}

/** The committed set leaves out JSON names that follow from the field's name. */
function restoreJsonNames(message: DescriptorProto): void {
  for (const field of message.field) field.jsonName ||= protoCamelCase(field.name)
  message.nestedType.forEach(restoreJsonNames)
}

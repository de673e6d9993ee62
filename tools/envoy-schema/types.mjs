// Writes the TypeScript types of every Envoy message into src/envoy/types, from the descriptors that are committed.
// `npm ci` runs this through the `prepare` script: it needs neither Go nor a network, and does nothing when the types
// already stand for the descriptors and the version of the plugin at hand.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { protoCamelCase } from '@bufbuild/protobuf/reflect'
import {
  CodeGeneratorRequestSchema,
  CodeGeneratorResponseSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const descriptors = join(root, 'src/envoy/descriptors.generated.binpb')
const target = join(root, 'src/envoy/types')
const stamp = join(target, '.stamp')

const raw = readFileSync(descriptors)
const pluginPackage = findPlugin()
const { version } = JSON.parse(readFileSync(pluginPackage, 'utf8'))
const wanted = `${version} ${createHash('sha256').update(raw).digest('hex')}\n`

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  rmSync(target, { recursive: true, force: true })
  for (const file of generate()) write(file.name, file.content)
  write('.stamp', wanted)
}

/** The types are for development: an installation without development dependencies runs without them. */
function findPlugin() {
  try {
    return createRequire(import.meta.url).resolve('@bufbuild/protoc-gen-es/package.json')
  } catch {
    console.error('The TypeScript types of Envoy are not generated: @bufbuild/protoc-gen-es is not installed')
    process.exit(0)
  }
}

/** Runs the plugin as protoc would: a CodeGeneratorRequest on its input, a CodeGeneratorResponse on its output. */
function generate() {
  const files = fromBinary(FileDescriptorSetSchema, raw).file
  for (const file of files) file.messageType.forEach(restoreJsonNames)
  const request = create(CodeGeneratorRequestSchema, {
    // The well-known types come with @bufbuild/protobuf.
    fileToGenerate: files.map((file) => file.name).filter((name) => !name.startsWith('google/protobuf/')),
    parameter: 'target=dts',
    protoFile: files,
  })
  const plugin = spawnSync(process.execPath, [join(dirname(pluginPackage), 'bin/protoc-gen-es')], {
    input: toBinary(CodeGeneratorRequestSchema, request),
    maxBuffer: 1 << 28,
  })
  if (plugin.status !== 0) throw new Error(`protoc-gen-es failed: ${plugin.error ?? plugin.stderr}`)
  const response = fromBinary(CodeGeneratorResponseSchema, plugin.stdout)
  if (response.error) throw new Error(`protoc-gen-es: ${response.error}`)
  return response.file
}

/** The committed set leaves out JSON names that follow from the field's name. */
function restoreJsonNames(message) {
  for (const field of message.field) field.jsonName ||= protoCamelCase(field.name)
  message.nestedType.forEach(restoreJsonNames)
}

function write(name, content) {
  const path = join(target, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

import { create, toBinary } from '@bufbuild/protobuf'
import {
  DescriptorProtoSchema,
  FieldDescriptorProtoSchema,
  FileOptionsSchema,
  TimestampSchema,
} from '@bufbuild/protobuf/wkt'
import { expect, it } from 'vitest'
import { fieldExtractor } from './extractor.ts'

const message = create(DescriptorProtoSchema, {
  name: 'M',
  field: [{ name: 'a', number: 1 }, { name: 'b', number: 2 }, { name: 'c' }],
  reservedName: ['x', 'y'],
})
const bytes = toBinary(DescriptorProtoSchema, message)

const texts = (path: string): string[] => {
  const extract = fieldExtractor(DescriptorProtoSchema, path)
  if ('error' in extract) throw new Error(extract.error)
  return extract(bytes)
}

it('reads singular fields, lists, and lists of messages', () => {
  expect(texts('name')).toEqual(['M'])
  expect(texts('reserved_name')).toEqual(['x', 'y'])
  expect(texts('field.name')).toEqual(['a', 'b', 'c'])
  expect(texts('field.number')).toEqual(['1', '2'])
})

it('takes the last of a singular field, and what stands before malformed bytes', () => {
  const twice = new Uint8Array([...toBinary(TimestampSchema, create(TimestampSchema, { seconds: 1n })), 8, 2, 0xff])
  const extract = fieldExtractor(TimestampSchema, 'seconds')
  expect('error' in extract ? [] : extract(twice)).toEqual(['2'])
})

it.each([
  [DescriptorProtoSchema, 'nope', /no 'nope' field/],
  [DescriptorProtoSchema, 'name.x', /Invalid non-leaf node name/],
  [DescriptorProtoSchema, 'field', /leaf node 'field' must be/],
  [FieldDescriptorProtoSchema, 'type', /leaf node 'type' must be/],
  [FileOptionsSchema, 'deprecated', /leaf node 'deprecated' must be/],
])('refuses what is no path to a text: %#', (desc, path, reason) => {
  expect(fieldExtractor(desc, path)).toEqual({ error: expect.stringMatching(reason) })
})

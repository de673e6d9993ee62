import { expect, test } from 'vitest'
import { HeaderMap } from '../engine/http/header-map.ts'
import { createLuaService, ScriptLoadError } from './index.ts'
import { loadLuaModule } from './vm/vm.node.ts'

const code = (text: string) => new TextEncoder().encode(text)
const place = { name: 'script', now: () => 0 }

test('the same script on thousands of filters does not take thousands of machines', () => {
  const service = createLuaService(loadLuaModule())
  const source = code('function envoy_on_request(handle) end')
  const scripts = Array.from({ length: 3_000 }, () => service.httpScript(source, place))
  expect(scripts).toHaveLength(3_000)
  const side = { handler: 'envoy_on_response', log: () => undefined }
  const open = scripts[2_999]!.open(side as never, new HeaderMap('request', []), true)
  expect(open, 'it has no handler for responses').toBeUndefined()
})

test('what Envoy refuses is refused however often it stands there', () => {
  const service = createLuaService(loadLuaModule())
  for (let count = 0; count < 3; count++)
    expect(() => service.httpScript(code('function ('), place)).toThrow(ScriptLoadError)
})

import { expect, test } from 'vitest'
import { loadLuaModule } from '../vm/vm.node.ts'
import { LuaVm } from '../vm/vm.ts'
import { completeLua, diagnoseLua, foldLua, hoverLua } from './index.ts'
import { parseScript } from './parse.ts'

const SNIPPETS = [
  'x = 1LL + 0xffULL + 2i + 0b101 + 0x.8 + 0x1p4',
  'x = 1.5LL',
  'x = "\\u{41}\\x41\\z\n  a\\065"',
  'x = "\\q"',
  'x = "\\300"',
  'while true do break; end while true do break x = 1 end',
  'break',
  ';; x = 1;; y = 2',
  'f()\n(g)()',
  'goto a local x = 1 ::a:: print(x)',
  'for i = 1, 3 do if i == 2 then goto continue end local y = i ::continue:: end',
  'goto a',
  '::a:: ::a::',
  'local goto = 1',
  'x.goto = 1',
  'x = 7 // 2',
  'x = 5 & 3',
  'x = 1 << 2',
  'local x <const> = 1',
  'x += 1',
  'x = a != b',
  'x',
  'f() = 1',
  '(x) = 1',
  'x = {f() = 1}',
  'x = {1, 2; a = 3, ["b"] = 4,}',
  'x = "a\nb"',
  'x = [==[ a ]] ]==]',
  '--[==[ a ]==] x = 1',
  '--[[ never closed',
  'function f(..., a) end',
  'local function a.b() end',
  'function a.b:c(...) return ... end',
  'local function f() return ... end',
  'return 1 x = 2',
  'x = 1_000',
  '#!/usr/bin/lua\nx = 1',
  'gr\u00fc\u00dfe = "\u00fc"',
  'x = \u201chi\u201d y',
  'if x then',
  'x = function f() end',
  'a:b',
  'a:b"c"{}',
]

test('a script is one to the editor exactly when it is one to the virtual machine', () => {
  const vm = new LuaVm(loadLuaModule(), { print: () => {} })
  for (const snippet of SNIPPETS) {
    const bytes = Buffer.from(snippet, 'utf8').toString('latin1')
    const loads = vm.load(vm.newThread(), bytes).status !== 'error'
    expect('chunk' in parseScript(snippet), snippet).toBe(loads)
  }
})

test('nothing throws, however deep it is', () => {
  const deep = [
    `x = ${'a + '.repeat(30_000)}a`,
    `x = a${':b()'.repeat(20_000)}`,
    `x = ${'('.repeat(20_000)}`,
    `x = ${'{'.repeat(20_000)}${'}'.repeat(20_000)}`,
    'function f() '.repeat(3000),
  ]
  for (const script of deep) {
    diagnoseLua(script)
    completeLua(script, script.length)
    hoverLua(script, script.length >> 1)
    foldLua(script)
  }
})

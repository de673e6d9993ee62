import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readDocument } from '../envoy/document/read.ts'
import { loadEnvoyRegistry } from '../envoy/load.node.ts'
import { validateText } from '../envoy/validate/index.ts'

const r = loadEnvoyRegistry()
const files = execFileSync('find', ['/work/shared/cases', '-name', '*.yaml'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .sort()
let seed = Number(process.argv[2] ?? 1)
const N = Number(process.argv[3] ?? 200)
const rnd = (n: number) => {
  seed = (seed * 1103515245 + 12345) % 2147483648
  return Math.floor((seed / 2147483648) * n)
}
function paths(v: any, p: any[] = [], out: any[][] = []) {
  if (v && typeof v === 'object')
    for (const k of Object.keys(v)) {
      const q = [...p, Array.isArray(v) ? Number(k) : k]
      out.push(q)
      paths(v[k], q, out)
    }
  return out
}
const values = [
  0,
  -1,
  1,
  99999,
  '',
  'x',
  true,
  false,
  null,
  [],
  {},
  'a b',
  '5s',
  '-1s',
  1.5,
  ['x'],
  'FOO',
  '0',
  '%NOPE%',
  '(',
  { value: 1 },
]
let fp = 0,
  fn = 0,
  both = 0,
  none = 0
for (let i = 0; i < N; i++) {
  const file = files[rnd(files.length)]!
  const doc = readDocument(readFileSync(file, 'utf8')).json as any
  const boot: any = doc.config.static_resources || doc.config.admin ? doc.config : { static_resources: doc.config }
  const sr = boot.static_resources
  for (const l of sr.listeners ?? [])
    if (l.address?.socket_address) {
      l.address.socket_address.port_value = 0
      l.address.socket_address.address = '127.0.0.1'
    }
  for (const l of sr.listeners ?? []) l.address ??= { socket_address: { address: '127.0.0.1', port_value: 0 } }
  for (const c of sr.clusters ?? []) c.connect_timeout ??= '1s'
  const all = paths(boot).filter((p) => p.length > 3)
  const n = 1
  let what = ''
  for (let j = 0; j < n; j++) {
    const p = all[rnd(all.length)]!
    const parent = p.slice(0, -1).reduce((a, k) => a[k], boot)
    const k = p.at(-1)
    const op = rnd(4)
    what = `${p.join('.')} `
    if (op === 0) {
      if (Array.isArray(parent)) parent.splice(k, 1)
      else delete parent[k]
      what += 'delete'
    } else if (op === 1 && !Array.isArray(parent)) {
      parent[k + 'x'] = parent[k]
      delete parent[k]
      what += 'rename'
    } else if (op === 2 && Array.isArray(parent)) {
      parent.push(structuredClone(parent[k]))
      what += 'dup'
    } else {
      const v = values[rnd(values.length)]
      parent[k] = v
      what += '= ' + JSON.stringify(v)
    }
  }
  const text = JSON.stringify(boot)
  const tmp = `/tmp/env/fuzz_${process.argv[2]}.json`
  writeFileSync(tmp, text)
  const e = spawnSync('envoy', ['--mode', 'validate', '-c', tmp, '-l', 'error'], { encoding: 'utf8', timeout: 20000 })
  const ours = (await validateText(text, r)).filter((f) => f.severity === 'error')
  const reject = e.status !== 0
  if (reject && ours.length) both++
  else if (!reject && !ours.length) none++
  else if (ours.length) {
    fp++
    console.log('FALSE', file.split('/').slice(-2).join('/'), what, '=>', ours[0]!.path.slice(-60), ours[0]!.message)
  } else {
    fn++
    console.log(
      'MISS ',
      file.split('/').slice(-2).join('/'),
      what,
      '=>',
      (e.stderr + e.stdout)
        .split('\n')
        .filter((l) => /rror|nable|xcept/.test(l))
        .at(-1)
        ?.replace(/^\[.*?\] ?\[.*?\].*?\] /, '')
        .slice(-220),
    )
  }
}
console.log({ fp, fn, both, none })

// Writes src/envoy/extensions.generated.json: what the real Envoy has registered, by category, with the types of the
// configuration each takes. Envoy is found on PATH, or named by ENVOY; it tells a control plane what it has in
// node.extensions, and its admin port shows the same.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const output = join(dirname(fileURLToPath(import.meta.url)), '../../src/envoy/extensions.generated.json')
const bootstrap = '{"admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}}}'

const directory = mkdtempSync(join(tmpdir(), 'envoy-registry-'))
const addressFile = join(directory, 'admin')
const envoy = spawn(
  process.env.ENVOY ?? 'envoy',
  ['--config-yaml', bootstrap, '--admin-address-path', addressFile, '--disable-hot-restart', '--log-level', 'warn'],
  { stdio: ['ignore', 'inherit', 'inherit'] },
)
try {
  const { version, extensions } = await ask()
  writeFileSync(output, format(version, extensions))
} finally {
  envoy.kill()
  rmSync(directory, { recursive: true })
}

async function ask() {
  for (let i = 0; !existsSync(addressFile) || readFileSync(addressFile, 'utf8') === ''; i++) {
    if (i === 100) throw new Error('Envoy did not open its admin port within 10 seconds')
    await sleep(100)
  }
  const answer = await fetch(`http://${readFileSync(addressFile, 'utf8')}/config_dump?mask=bootstrap`)
  const dump = await answer.json().then((json) => json.configs[0])
  const { node } = dump.bootstrap ?? dump
  const { major_number: major, minor_number: minor = 0, patch = 0 } = node.user_agent_build_version.version
  return { version: `${major}.${minor}.${patch}`, extensions: node.extensions }
}

/** One extension a line, sorted, so that a new version of Envoy shows as a readable difference. */
function format(version, extensions) {
  const categories = new Map()
  for (const extension of extensions) {
    categories.set(extension.category, [...(categories.get(extension.category) ?? []), extension])
  }
  const sections = [...categories].sort(byKey).map(([category, members]) => {
    const lines = members
      .map((extension) => [
        extension.name,
        { types: extension.type_urls ?? [], ...(extension.disabled && { disabled: true }) },
      ])
      .sort(byKey)
      .map(([name, rest]) => `      ${JSON.stringify(name)}: ${JSON.stringify(rest)}`)
    return `    ${JSON.stringify(category)}: {\n${lines.join(',\n')}\n    }`
  })
  return `{\n  "version": ${JSON.stringify(version)},\n  "categories": {\n${sections.join(',\n')}\n  }\n}\n`
}

function byKey([a], [b]) {
  return a < b ? -1 : a > b ? 1 : 0
}

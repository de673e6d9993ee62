import { caseFiles, expectedOf, named, proxyOf, readCase } from '/work/main/conformance/istio/cases.ts'
import { stepsBetween } from '/work/main/conformance/istio/difference.ts'
import { loadEnvoyRegistry } from '/work/main/src/envoy/load.node.ts'
import { applyResources } from '/work/main/src/istio/apply/index.ts'
import { loadBase } from '/work/main/src/istio/bases/index.ts'

const registry = loadEnvoyRegistry().types
for (const f of process.argv.slice(2)) {
  const e = readCase(f)
  const base = await loadBase(e.base)
  const got = applyResources(base, proxyOf(e), e.resources, { registry })
  for (const s of stepsBetween(named(got), expectedOf(e, base)))
    console.log(s.op, s.path, JSON.stringify(s.value)?.slice(0, 150))
  for (const n of got.notes) console.log(JSON.stringify(n))
}

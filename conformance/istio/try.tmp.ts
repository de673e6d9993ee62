import { readFileSync } from 'node:fs'
import { askIstiod } from './istiod.ts'
import { baseIds, readBase, scenarioOf } from './scenarios.ts'
import { equal } from '../../src/istio/message/json.ts'
const id = 'waypoint'
const ss = [0,1,2].map((i) => scenarioOf(id+i, readBase(id), []))
const answers = askIstiod(ss)
const want = JSON.parse(readFileSync(`/work/shared/istio/base/${id}.json`, 'utf8'))
for (const [k,a] of answers) console.log(k, a.listeners.map(l => l.name+':'+(l.filter_chains as any[]).map(f=>f.name)), a.clusters.map(c=>c.name), a.endpoints.map(c=>c.cluster_name))
console.log(want.clusters.map((c:any)=>c.name), want.endpoints?.map((c:any)=>c.cluster_name))

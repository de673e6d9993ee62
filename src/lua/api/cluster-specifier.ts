import { fromLatin1, textOf } from '../../engine/bytes.ts'
import type { HeaderMap } from '../../engine/http/header-map.ts'
import type { ScriptFailure } from './failure.ts'
import { pushJoined } from './headers.ts'
import { type ApiMachine, ApiObject, type ApiType, Slot } from './object.ts'
import type { LuaScript } from './script.ts'

/** Open work of a cluster, as the route handle's getCluster() shows it. */
export interface ClusterLoad {
  connections: number
  requests: number
  pendingRequests: number
}

export interface RouteQuestion {
  headers: HeaderMap
  /** The load of a configured cluster; undefined when there is none of that name. */
  cluster(name: string): ClusterLoad | undefined
}

/** The cluster a script chose, or why it chose none (the plugin's default_cluster is used then). */
export type RouteAnswer =
  | { cluster: string; logs: string[] }
  | { problem: string; failure: ScriptFailure; logs: string[] }

class RouteHandle extends ApiObject {
  readonly question: RouteQuestion
  readonly headers = new Slot<RouteHeaders>()
  readonly clusters: Slot<ClusterObject>[] = []

  constructor(question: RouteQuestion) {
    super()
    this.question = question
  }

  protected override onMarkDead(): void {
    this.headers.reset()
    for (const cluster of this.clusters) cluster.reset()
  }
}

class RouteHeaders extends ApiObject {
  readonly map: HeaderMap

  constructor(map: HeaderMap) {
    super()
    this.map = map
  }
}

class ClusterObject extends ApiObject {
  readonly load: ClusterLoad

  constructor(load: ClusterLoad) {
    super()
    this.load = load
  }
}

const prefix = 'N5Envoy10Extensions6Router3Lua'

const routeHeadersType: ApiType<RouteHeaders> = {
  name: `${prefix}16HeaderMapWrapperE`,
  methods: { get: (self, L, machine) => pushJoined(self.map, L, machine) },
}

const clusterType: ApiType<ClusterObject> = {
  name: `${prefix}14ClusterWrapperE`,
  methods: {
    numConnections: (self, L, { vm }) => {
      vm.pushNumber(L, self.load.connections)
      return 1
    },
    numRequests: (self, L, { vm }) => {
      vm.pushNumber(L, self.load.requests)
      return 1
    },
    numPendingRequests: (self, L, { vm }) => {
      vm.pushNumber(L, self.load.pendingRequests)
      return 1
    },
  },
}

const routeHandleType: ApiType<RouteHandle> = {
  name: `${prefix}18RouteHandleWrapperE`,
  methods: {
    headers(self, L, machine) {
      return self.headers.push(L, machine, routeHeadersType, () => new RouteHeaders(self.question.headers))
    },
    getCluster(self, L, machine) {
      const load = self.question.cluster(textOf(fromLatin1(machine.vm.checkString(L, 2))))
      if (!load) return 0
      const slot = new Slot<ClusterObject>()
      self.clusters.push(slot)
      return slot.push(L, machine, clusterType, () => new ClusterObject(load))
    },
  },
}

export const clusterHandler = 'envoy_on_route'

/**
 * Asks `envoy_on_route` which cluster a request goes to (Envoy: LuaClusterSpecifierPlugin::startLua in
 * source/extensions/router/cluster_specifiers/lua/lua_cluster_specifier.cc).
 */
export function chooseCluster(script: LuaScript, question: RouteQuestion): RouteAnswer {
  const logs: string[] = []
  const handle = new RouteHandle(question)
  const { machine } = script
  const { vm } = machine
  const L = vm.newThread()
  const thread = vm.ref(vm.main)
  script.pushHandler(L, clusterHandler)
  machine.push(L, routeHandleType, handle)
  const result = script.run(machine, L, 1, script.begin(clusterHandler), (level, text) =>
    logs.push(`${level}: ${text}`),
  )
  try {
    if (result.status === 'failed') return { problem: result.failure.reason, failure: result.failure, logs }
    const cluster = topString(machine, L)
    if (cluster === undefined) {
      const failure = script.failure('return value is not string')
      return { problem: failure.reason, failure, logs }
    }
    return { cluster: textOf(fromLatin1(cluster)), logs }
  } finally {
    if (!machine.discarded) handle.markDead()
    machine.unref(thread)
  }
}

function topString({ vm }: ApiMachine, L: number): string | undefined {
  return vm.top(L) > 0 ? vm.toString(L, -1) : undefined
}

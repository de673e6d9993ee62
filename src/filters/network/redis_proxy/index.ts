import type { Buffer } from '../../../engine/buffer.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import { dataSourceBytes } from '../../../engine/format/index.ts'
import type {
  NetworkConnection,
  NetworkFactoryContext,
  NetworkFilter,
  NetworkStatus,
} from '../../../engine/network/types.ts'
import type { Cluster } from '../../../engine/upstream/cluster.ts'
import type { DataSource } from '../../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import type {
  RedisProtocolOptions,
  RedisProxy,
} from '../../../envoy/types/envoy/extensions/filters/network/redis_proxy/v3/redis_proxy_pb.d.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'
import type { RequestHandle } from './client.ts'
import { faultInjector } from './faults.ts'
import { RedisPool } from './pool.ts'
import { encodeResp, failure, RespDecoder, type RespValue, simple } from './resp.ts'
import { RedisRouter } from './router.ts'
import { type Asker, type SplitterContext, split } from './splitter.ts'
import { endTransaction, noTransaction } from './transaction.ts'

interface Shared {
  splitter: SplitterContext
  username: string
  passwords: readonly string[]
}

/** Envoy: source/extensions/filters/network/redis_proxy/proxy_filter.cc. */
export const redisProxy = defineNetworkFilter<RedisProxy, Shared>({
  ...about,
  shared(config, context) {
    const { services, path } = context
    checkConfig(config, path)
    const read = (source: DataSource | undefined, field: string) =>
      source?.specifier.case ? dataSourceBytes(source, `${path}.${field}`, services) : ''
    const version = config.protocolVersion === 1 ? 3 : 2
    const pools = new Map<string, RedisPool>()
    const pool = (name: string): RedisPool => {
      const known = pools.get(name)
      if (known) return known
      const credentials = (cluster: Cluster) => upstreamCredentials(cluster, context)
      const made = new RedisPool({ name, services, settings: config.settings, credentials, version })
      pools.set(name, made)
      return made
    }
    const passwords = [
      read(config.downstreamAuthPassword, 'downstream_auth_password'),
      ...config.downstreamAuthPasswords.map((source, i) => read(source, `downstream_auth_passwords[${i}]`)),
    ]
    return {
      splitter: {
        router: new RedisRouter(config.prefixRoutes, pool, context),
        factory: context,
        version,
        custom: new Set(config.customCommands),
        fault: faultInjector(config.faults, services),
      },
      username: read(config.downstreamAuthUsername, 'downstream_auth_username'),
      passwords: passwords.filter((password) => password !== ''),
    }
  },
  create: ({ shared }) => new RedisProxyFilter(shared),
})

function checkConfig(config: RedisProxy, path: string): void {
  if (!config.settings?.opTimeout)
    throw new ConfigError(`${path}.settings.op_timeout`, 'a time is required, such as 5s')
  const routes = config.prefixRoutes
  if (!routes?.catchAllRoute && !routes?.routes.length)
    throw new ConfigError(`${path}.prefix_routes`, 'needs routes or a catch_all_route: there is no cluster to send to')
  for (const [i, fault] of config.faults.entries())
    if (!fault.faultEnabled) throw new ConfigError(`${path}.faults[${i}].fault_enabled`, 'is required')
}

/** What the proxy says of itself to a cluster's servers: AUTH, from the cluster's own options. */
function upstreamCredentials(cluster: Cluster, { services }: NetworkFactoryContext) {
  const any = cluster.config.typedExtensionProtocolOptions['envoy.filters.network.redis_proxy']
  const options = services.registry.unpack(any)?.message as RedisProtocolOptions | undefined
  const at = `${cluster.path}.typed_extension_protocol_options`
  const read = (source: DataSource | undefined, field: string) =>
    source?.specifier.case ? dataSourceBytes(source, `${at}.${field}`, services) : ''
  return {
    username: read(options?.authUsername, 'auth_username'),
    password: read(options?.authPassword, 'auth_password'),
  }
}

interface PendingRequest {
  response: RespValue | undefined
  handle: RequestHandle | undefined
}

class RedisProxyFilter implements NetworkFilter {
  private readonly shared: Shared
  private readonly transaction = noTransaction(() => this.dropPending())
  private readonly decoder = new RespDecoder((value) => this.onValue(value))
  private pending: PendingRequest[] = []
  private connection!: NetworkConnection
  private allowed: boolean
  private quitting = false
  private version: 2 | 3 = 2

  constructor(shared: Shared) {
    this.shared = shared
    this.allowed = shared.username === '' && shared.passwords.length === 0
  }

  onNewConnection(connection: NetworkConnection): NetworkStatus {
    this.connection = connection
    return 'Continue'
  }

  onData(data: Buffer, connection: NetworkConnection): NetworkStatus {
    const bytes = data.bytes()
    data.drain()
    try {
      this.decoder.decode(bytes)
      return 'Continue'
    } catch {
      connection.note('these bytes are no RESP')
      connection.write(encodeResp(failure('downstream protocol error')))
      connection.close('NoFlush')
      return 'StopIteration'
    }
  }

  onClose(): void {
    this.dropPending()
  }

  // Answers that are still to come are for nobody; the servers give them all the same.
  private dropPending(): void {
    for (const { handle } of this.pending) handle?.cancel()
    this.pending = []
    endTransaction(this.transaction)
  }

  private onValue(value: RespValue): void {
    const request: PendingRequest = { response: undefined, handle: undefined }
    this.pending.push(request)
    const handle = split(value, this.asker(request), this.shared.splitter)
    if (!request.response) request.handle = handle
  }

  private asker(request: PendingRequest): Asker {
    const filter = this
    const { connection } = this
    return {
      respond: (value) => this.answered(request, value),
      authenticate: (username, password) => this.authenticate(request, username, password),
      refuses: (username, password) => this.verdict(username, password),
      get allowed() {
        return filter.allowed
      },
      quit: () => {
        this.quitting = true
        this.answered(request, simple('OK'))
      },
      get version() {
        return filter.version
      },
      set version(version) {
        filter.version = version
      },
      transaction: this.transaction,
      info: connection.info,
      note: (text) => connection.note(text),
    }
  }

  private authenticate(request: PendingRequest, username: string | undefined, password: string): void {
    this.answered(request, this.verdict(username, password) ?? simple('OK'))
  }

  // The error, when the client is refused; it stays outside then, even if it was let in before.
  private verdict(username: string | undefined, password: string): RespValue | undefined {
    const { passwords, username: expected } = this.shared
    const missing = username === undefined ? 'password' : 'username-password pair'
    const unset = passwords.length === 0 && (username === undefined || expected === '')
    if (unset) return failure(`ERR Client sent AUTH, but no ${missing} is set`)
    this.allowed = username === undefined ? passwords.includes(password) : this.knows(username, password)
    if (this.allowed) return undefined
    return failure(username === undefined ? 'ERR invalid password' : 'WRONGPASS invalid username-password pair')
  }

  // Redis takes `default` for the user that has no name.
  private knows(username: string, password: string): boolean {
    const { passwords, username: expected } = this.shared
    return (username === expected || (expected === '' && username === 'default')) && passwords.includes(password)
  }

  // Answers leave in the order of their requests: one may set free those that came before it was due.
  private answered(request: PendingRequest, value: RespValue): void {
    const { connection, transaction } = this
    request.response = value
    request.handle = undefined
    while (this.pending[0]?.response) connection.write(encodeResp(this.pending.shift()!.response!, this.version))
    if (this.pending.length > 0) return
    if (this.quitting) {
      this.quitting = false
      connection.close('FlushWrite')
    } else if (transaction.shouldClose) endTransaction(transaction)
  }
}

import { describe, expect, it } from 'vitest'
import type { FilterChain } from '../../envoy/types/envoy/config/listener/v3/listener_components_pb.d.ts'
import { type ConnectionInfo, DynamicMetadata, FilterState } from '../stream-info.ts'
import { FilterChainIndex } from './filter-chain-match.ts'

function chain(match: Record<string, unknown>): FilterChain {
  const filterChainMatch = {
    prefixRanges: [],
    directSourcePrefixRanges: [],
    sourceType: 0,
    sourcePrefixRanges: [],
    sourcePorts: [],
    serverNames: [],
    transportProtocol: '',
    applicationProtocols: [],
    ...match,
  }
  return { filterChainMatch } as unknown as FilterChain
}

function connection(over: Partial<ConnectionInfo> = {}): ConnectionInfo {
  const remote = over.remote ?? { ip: '203.0.113.1', port: 40000 }
  const local = over.local ?? { ip: '10.0.0.1', port: 443 }
  return {
    id: 1,
    remote,
    directRemote: remote,
    local,
    directLocal: local,
    requestedServerName: '',
    transportProtocol: 'raw_buffer',
    applicationProtocols: [],
    dynamicMetadata: new DynamicMetadata(),
    typedMetadata: new Map(),
    filterState: new FilterState(),
    listenerName: '',
    filterChainName: '',
    ...over,
  }
}

function find(chains: FilterChain[], over: Partial<ConnectionInfo> = {}): number | undefined {
  return new FilterChainIndex(chains, 'filter_chains').find(connection(over), [])
}

describe('FilterChainIndex', () => {
  it('prefers the exact server name, then the longest wildcard, then none', () => {
    const chains = [
      chain({ serverNames: ['*.a.b'] }),
      chain({ serverNames: ['x.a.b'] }),
      chain({}),
      chain({ serverNames: ['*.b'] }),
    ]
    expect(find(chains, { requestedServerName: 'x.a.b' })).toBe(1)
    expect(find(chains, { requestedServerName: 'y.a.b' })).toBe(0)
    expect(find(chains, { requestedServerName: 'a.b' })).toBe(3)
    expect(find(chains, { requestedServerName: 'other' })).toBe(2)
  })

  it('does not leave a level it has entered', () => {
    const chains = [chain({ destinationPort: 443, serverNames: ['a'] }), chain({})]
    expect(find(chains, { requestedServerName: 'a' })).toBe(0)
    expect(find(chains, { requestedServerName: 'b' })).toBeUndefined()
    expect(find(chains, { local: { ip: '10.0.0.1', port: 80 } })).toBe(1)
  })

  it('takes the longest prefix of each address', () => {
    const range = (addressPrefix: string, prefixLen: number) => ({ addressPrefix, prefixLen })
    const chains = [
      chain({ sourcePrefixRanges: [range('203.0.0.0', 8)] }),
      chain({ sourcePrefixRanges: [range('203.0.113.0', 24)] }),
      chain({}),
    ]
    expect(find(chains)).toBe(1)
    expect(find(chains, { remote: { ip: '203.9.9.9', port: 1 } })).toBe(0)
    expect(find(chains, { remote: { ip: '8.8.8.8', port: 1 } })).toBe(2)
  })

  it('tells local connections from external ones', () => {
    const chains = [chain({ sourceType: 1 }), chain({ sourceType: 2 })]
    expect(find(chains, { remote: { ip: '127.0.0.1', port: 1 } })).toBe(0)
    expect(find(chains, { remote: { ip: '10.0.0.1', port: 1 } })).toBe(0)
    expect(find(chains)).toBe(1)
  })

  it('goes by the first application protocol that a chain names', () => {
    const chains = [chain({ applicationProtocols: ['h2'] }), chain({ applicationProtocols: ['http/1.1'] })]
    expect(find(chains, { applicationProtocols: ['foo', 'http/1.1', 'h2'] })).toBe(1)
    expect(find(chains, { applicationProtocols: ['foo'] })).toBeUndefined()
  })
})

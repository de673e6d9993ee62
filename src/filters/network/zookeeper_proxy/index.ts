import type { ZooKeeperProxy } from '../../../envoy/types/envoy/extensions/filters/network/zookeeper_proxy/v3/zookeeper_proxy_pb.d.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

/** Counts what it reads and changes nothing. Envoy: source/extensions/filters/network/zookeeper_proxy/filter.cc. */
export const zookeeperProxy = defineNetworkFilter<ZooKeeperProxy>({ ...about, create: () => ({}) })

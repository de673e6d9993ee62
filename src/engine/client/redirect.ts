import type { Listener } from '../listener/listener.ts'
import type { SimProxy } from '../proxy.ts'
import type { Trace } from '../trace.ts'
import type { ClientSpec } from './types.ts'

/**
 * The listener that a client's connection ends at. One that iptables redirected to a listener with `use_original_dst` is
 * handed to the listener that stands at the address it was meant for, or at that port of every address; without one it
 * stays, with its address restored (Envoy: source/common/listener_manager/active_tcp_socket.cc, newConnection). With an
 * original destination an internal listener can be named too: the connection then is what comes out of a tunnel.
 */
export function reachedListener(proxy: SimProxy, spec: ClientSpec, trace: Trace): Listener | undefined {
  const { originalDestination: meant, listener: name } = spec
  const listener = proxy.listener(name)
  if (!meant) return listener
  if (!listener) return proxy.listeners.find((each) => each.name === name)
  if (!listener.config.useOriginalDst) return listener
  const others = proxy.listeners.filter((each) => each !== listener && each.address.port === meant.port)
  const found =
    others.find((each) => each.address.ip === meant.ip) ??
    others.find((each) => /^(0\.0\.0\.0|::)$/.test(each.address.ip))
  trace.step({
    kind: 'listener',
    phase: 'connection',
    name: listener.name,
    path: listener.path,
    status: found ? 'handed on' : 'kept',
    reason: found
      ? `meant for ${meant.ip}:${meant.port}: the listener ${found.name} stands there`
      : `meant for ${meant.ip}:${meant.port}, where no listener stands`,
    at: proxy.loop.now,
  })
  return found ?? listener
}

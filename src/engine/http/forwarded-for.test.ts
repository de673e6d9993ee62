import { describe, expect, it } from 'vitest'
import { isLoopback, lastForwardedAddress } from './forwarded-for.ts'
import { HeaderMap } from './header-map.ts'

const found = (list: string, skip: number) =>
  lastForwardedAddress(new HeaderMap('request', [['x-forwarded-for', list]]), skip)

describe('lastForwardedAddress', () => {
  it('counts from the end', () => {
    expect(found('1.1.1.1, 2.2.2.2', 0)).toEqual({ address: { ip: '2.2.2.2', port: 0 }, single: false })
    expect(found('1.1.1.1, 2.2.2.2', 1)).toEqual({ address: { ip: '1.1.1.1', port: 0 }, single: false })
    expect(found('1.1.1.1, 2.2.2.2', 2).address).toBeUndefined()
  })

  it('trusts an address only when it stands alone', () => {
    expect(found(' 1.1.1.1 ', 0)).toEqual({ address: { ip: '1.1.1.1', port: 0 }, single: true })
  })

  it('takes no ports and no names', () => {
    expect(found('1.1.1.1:80', 0).address).toBeUndefined()
    expect(found('localhost', 0).address).toBeUndefined()
  })

  it('finds nothing without the header', () => {
    expect(lastForwardedAddress(new HeaderMap('request'), 0)).toEqual({ address: undefined, single: false })
  })
})

describe('isLoopback', () => {
  it('knows the two addresses only', () => {
    expect(isLoopback({ ip: '127.0.0.1', port: 1 })).toBe(true)
    expect(isLoopback({ ip: '::1', port: 1 })).toBe(true)
    expect(isLoopback({ ip: '127.0.0.2', port: 1 })).toBe(false)
  })
})

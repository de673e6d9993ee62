import { statSync, writeFileSync } from 'node:fs'
import { canvas, card, expect, test } from './app.ts'

const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const ROUTER = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router'

/** A gateway to thousands of services: about 13 MB of JSON. */
function large(): string {
  const numbers = Array.from({ length: 9000 }, (_, i) => i)
  const name = (i: number): string => `outbound|80||service-${i}.namespace-${i % 50}.svc.cluster.local`
  const clusters = numbers.map((i) => ({
    name: name(i),
    type: 'STATIC',
    connect_timeout: '10s',
    load_assignment: {
      cluster_name: name(i),
      endpoints: [
        {
          lb_endpoints: [
            { endpoint: { address: { socket_address: { address: '10.0.0.1', port_value: 80 } } } },
            { endpoint: { address: { socket_address: { address: '10.0.0.2', port_value: 80 } } } },
          ],
        },
      ],
    },
  }))
  const virtual_hosts = numbers.map((i) => ({
    name: `host-${i}`,
    domains: [`service-${i}.namespace-${i % 50}.svc.cluster.local`],
    routes: ['/a', '/b', '/c', '/'].map((prefix) => ({
      name: prefix,
      match: { prefix },
      route: { cluster: name(i), timeout: '0s', retry_policy: { retry_on: 'connect-failure', num_retries: 2 } },
    })),
  }))
  const manager = {
    '@type': HCM,
    stat_prefix: 'main',
    route_config: { name: 'r', virtual_hosts },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': ROUTER } }],
  }
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }]
  const address = { socket_address: { address: '0.0.0.0', port_value: 8080 } }
  const listeners = [{ name: 'main', address, filter_chains: [{ filters }] }]
  return JSON.stringify({ static_resources: { listeners, clusters } })
}

test('a large design is opened while the page answers', async ({ page }) => {
  await page.goto('.')
  await expect(page.getByLabel('File to open')).toBeAttached()
  await page.evaluate(() => {
    const kept = window as unknown as { longest: number }
    kept.longest = 0
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) kept.longest = Math.max(kept.longest, duration)
    }).observe({ entryTypes: ['longtask'] })
  })
  // A file on disk: one that is handed over in memory would be decoded in the page.
  const path = test.info().outputPath('large.json')
  writeFileSync(path, large())
  const began = Date.now()
  await page.getByLabel('File to open').setInputFiles(path)
  await expect(card(page, 'Router')).toBeVisible({ timeout: 30_000 })
  await expect(canvas(page).getByText('host-0', { exact: true }).first()).toBeVisible()
  const longest = await page.evaluate(() => (window as unknown as { longest: number }).longest)
  const took = Date.now() - began
  const size = (statSync(path).size / 1e6).toFixed(1)
  console.log(`  ${size} MB were on the canvas after ${took} ms; busy for ${Math.round(longest)} ms at most`)
  // Read in the page, it would be busy for most of the time; on a crowded machine everything takes its multiple.
  expect(longest).toBeLessThan(Math.max(1500, took * 0.4))
})

import { gzipSync } from 'node:zlib'
import { canvas, card, expect, test } from './app.ts'

/** Bytes of JavaScript, gzipped, that may be loaded before an editor opens. */
const MOST = 260_000

test('the gateway is on the canvas soon, with little JavaScript', async ({ page }) => {
  const sizes = new Map<string, Promise<number>>()
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (pathname.endsWith('.js'))
      sizes.set(
        pathname,
        response.body().then((body) => gzipSync(body).length),
      )
  })
  const began = Date.now()
  await page.goto('./#base=gateway')
  await expect(card(page, 'istio.metadata_exchange')).toBeVisible()
  const shown = await page.evaluate(() => performance.now())
  console.log(
    `  the gateway was on the canvas ${Math.round(shown)} ms after navigation (${Date.now() - began} ms by the test's clock)`,
  )

  // What follows by itself: the run's panel, the worker that it warms up.
  await page.waitForLoadState('networkidle')
  await expect(canvas(page)).toBeVisible()
  const worker = [...sizes].filter(([path]) => path.includes('worker'))
  const page1 = [...sizes].filter(([path]) => !path.includes('worker'))
  const sum = async (list: typeof worker): Promise<number> =>
    (await Promise.all(list.map(([, size]) => size))).reduce((total, size) => total + size, 0)
  const total = await sum(page1)
  console.log(`  first load: ${(total / 1000).toFixed(1)} kB of JavaScript in ${page1.length} files, gzipped`)
  console.log(`  the simulator's worker, loaded after it: ${((await sum(worker)) / 1000).toFixed(1)} kB`)
  expect(total).toBeLessThanOrEqual(MOST)
  expect([...sizes.keys()].filter((path) => /monaco|editor/i.test(path))).toEqual([])
})

import type { Page } from '@playwright/test'
import { canvas, card, expect, openBase, run, steps, test } from './app.ts'
import { inspector } from './edit.ts'

/** Whether a card is in view whole. */
async function inView(page: Page, name: string): Promise<boolean> {
  const [frame, box] = [await canvas(page).boundingBox(), await card(page, name).boundingBox()]
  if (!frame || !box) return false
  return box.x >= frame.x && box.x + box.width <= frame.x + frame.width
}

for (const [width, height] of [
  [1440, 900],
  [1024, 768],
] as const) {
  test.describe(`at ${width}x${height}`, () => {
    test.use({ viewport: { width, height } })

    test('every column is in view, with the inspector and without', async ({ page }) => {
      await openBase(page, 'Istio ingress gateway')
      const columns = [
        'Client',
        '0.0.0.0:8080',
        'HTTP connection manager',
        'shop.example.com:80',
        'outbound|8000||httpbin',
      ]
      for (const name of columns) await expect.poll(() => inView(page, name), name).toBe(true)
      await card(page, 'fault').click()
      await expect(inspector(page)).toBeVisible()
      for (const name of columns) await expect.poll(() => inView(page, name), name).toBe(true)
    })
  })
}

test.describe('where the window is narrow', () => {
  test.use({ viewport: { width: 1024, height: 768 } })

  test('the palette gives its place to the inspector, and comes back', async ({ page }) => {
    await openBase(page, 'Istio ingress gateway')
    const search = page.getByRole('combobox', { name: 'Find a filter' })
    await search.fill('Lua')
    await search.press('Enter')
    await expect(inspector(page)).toBeVisible()
    await expect(search).toHaveCount(0)
    await expect(card(page, 'Lua')).toBeFocused()
    await page.keyboard.press('/')
    await expect(search).toBeFocused()
    await card(page, 'Lua').focus()
    await page.keyboard.press('Escape')
    await expect(search).toBeVisible()
  })
})

test('a step of the trace opens the listener and chain that it happened in', async ({ page }) => {
  await openBase(page, 'Istio sidecar')
  await run(page)
  const listener = card(page, '10.96.0.10:9000')
  await listener.dblclick()
  await expect(card(page, 'istio.metadata_exchange')).toHaveCount(0)
  await steps(page).filter({ hasText: 'istio.metadata_exchange' }).first().click()
  await expect(card(page, 'istio.metadata_exchange')).toBeVisible()
  await expect(canvas(page).locator('[aria-current="true"]')).toHaveAttribute('aria-label', /^istio.metadata_exchange/)
})

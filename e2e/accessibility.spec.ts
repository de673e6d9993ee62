import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { card, expect, openBase, run, steps, test } from './app.ts'
import { writeLua } from './edit.ts'

/** What axe finds of WCAG 2.1 A and AA, contrast included: `rule: element` for each. */
async function violations(page: Page, within?: string): Promise<string[]> {
  const axe = new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
  const { violations } = await (within ? axe.include(within) : axe).analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`),
  )
}

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(`${colorScheme} theme`, () => {
    test.use({ colorScheme })

    test('the start screen', async ({ page }) => {
      await page.goto('.')
      await expect(page.getByRole('button', { name: 'Istio sidecar' })).toBeVisible()
      expect(await violations(page)).toEqual([])
    })

    test('the designer, before and after a run', async ({ page }) => {
      await openBase(page, 'Istio ingress gateway')
      await expect(page.getByRole('textbox', { name: 'URL' })).toBeVisible()
      expect(await violations(page)).toEqual([])
      await run(page)
      await steps(page).nth(5).click()
      await expect(page.getByRole('complementary', { name: 'Inspector' })).toBeVisible()
      expect(await violations(page)).toEqual([])
    })

    test('the error of a script', async ({ page }) => {
      await openBase(page, 'Istio ingress gateway')
      const search = page.getByRole('combobox', { name: 'Find a filter' })
      await search.fill('Lua')
      await search.press('Enter')
      await writeLua(page, card(page, 'Lua'), 'function envoy_on_request(h)\n  local plan\n  local n = plan.limit\nend')
      await run(page)
      const alert = page.getByRole('region', { name: 'Run' }).getByRole('alert')
      await expect(alert).toContainText('script error in line 3')
      await alert.getByRole('button').first().click()
      await expect(page.getByRole('region', { name: 'Script error' })).toContainText('plan')
      expect(await violations(page)).toEqual([])
    })

    for (const [keys, name] of [
      ['Control+e', 'Export'],
      ['Control+o', 'Open or paste'],
      ['F1', 'Keys'],
    ] as const) {
      test(`the dialog ${name}`, async ({ page }) => {
        await openBase(page, 'Istio ingress gateway')
        await page.keyboard.press(keys)
        await expect(page.getByRole('dialog', { name })).toBeVisible()
        expect(await violations(page, '[role="dialog"]')).toEqual([])
      })
    }

    for (const [command, name] of [
      ['Share a link', 'Share a link'],
      ['Findings', 'Findings'],
      ['Which proxy', 'Which proxy this is'],
    ] as const) {
      test(`the dialog ${name}`, async ({ page }) => {
        await openBase(page, 'Istio ingress gateway')
        await page.getByRole('combobox', { name: 'Find a filter' }).fill('Buffer')
        await page.getByRole('combobox', { name: 'Find a filter' }).press('Enter')
        // A finding, so that the list of them has something in it.
        await page.getByRole('textbox', { name: 'max_request_bytes' }).fill('')
        await expect(page.getByRole('button', { name: '1 finding' })).toBeVisible()
        await page.keyboard.press('Control+k')
        await page.getByRole('textbox', { name: 'Search or run' }).fill(command)
        await page.keyboard.press('Enter')
        await expect(page.getByRole('dialog', { name })).toBeVisible()
        expect(await violations(page, '[role="dialog"]')).toEqual([])
      })
    }

    test('the command palette', async ({ page }) => {
      await openBase(page, 'Istio ingress gateway')
      await page.keyboard.press('Control+k')
      await expect(page.getByRole('textbox', { name: 'Search or run' })).toBeVisible()
      expect(await violations(page, '[role="dialog"]')).toEqual([])
    })
  })
}

test('those who want less motion get none', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await openBase(page, 'Istio ingress gateway')
  await card(page, 'fault').click()
  const moving = await page.evaluate(() => document.getAnimations().filter((one) => one.playState === 'running').length)
  expect(moving).toBe(0)
})

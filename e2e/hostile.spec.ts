import { canvas, card, dragBetween, expect, httpFilters, openBase, run, runPanel, test } from './app.ts'
import { writeLua } from './edit.ts'

test('a Lua loop without an end is stopped within 2 s, and the app stays usable', async ({ page }) => {
  await openBase(page, 'Istio ingress gateway')
  await dragBetween(page, 'Lua', card(page, 'fault'), card(page, 'cors'))
  await run(page)
  await expect(runPanel(page).getByRole('tab', { name: /Response/ })).toContainText('200')

  await writeLua(page, card(page, 'Lua'), 'function envoy_on_request(handle)\n  while true do end\nend')
  await expect(runPanel(page).getByText('edited since this run')).toBeVisible()
  const began = Date.now()
  await page.keyboard.press('Control+Enter')
  const stopped = runPanel(page)
    .getByText(/was ended after|SCRIPT ERROR|instruction/i)
    .first()
  await expect(stopped).toBeVisible({ timeout: 2_000 })
  console.log(`  an endless Lua loop was stopped after ${Date.now() - began} ms`)
  // The page answers while and after the script runs.
  await card(page, 'cors').click()
  await expect(card(page, 'cors')).toHaveAttribute('aria-current', 'true')

  await writeLua(page, card(page, 'Lua'), 'function envoy_on_request(handle)\n  handle:headers():add("x-ok", "1")\nend')
  await expect(async () => {
    await run(page)
    await expect(runPanel(page).getByText('+ x-ok: 1')).toBeVisible({ timeout: 1_000 })
  }).toPass({ timeout: 15_000 })
})

test('Lua that eats memory ends, and the next run works', async ({ page }) => {
  await openBase(page, 'Istio ingress gateway')
  await dragBetween(page, 'Lua', card(page, 'fault'), card(page, 'cors'))
  const script =
    'function envoy_on_request(handle)\n  local t = {}\n  while true do t[#t + 1] = string.rep("x", 1e6) .. #t end\nend'
  await writeLua(page, card(page, 'Lua'), script)
  await page.keyboard.press('Control+Enter')
  await expect(
    runPanel(page)
      .getByText(/was ended after|not enough memory/)
      .first(),
  ).toBeVisible({ timeout: 10_000 })
  await page.keyboard.press('Escape')
  await card(page, 'Lua').click()
  await page.keyboard.press('Delete')
  await expect.poll(() => httpFilters(page)).not.toContain('Lua')
  await run(page)
  await expect(runPanel(page).getByRole('tab', { name: /Response/ })).toContainText('200')
  await expect(canvas(page)).toBeVisible()
})

test('Lua that does not parse is marked at its line', async ({ page }) => {
  await openBase(page, 'Istio ingress gateway')
  await dragBetween(page, 'Lua', card(page, 'fault'), card(page, 'cors'))
  await writeLua(page, card(page, 'Lua'), 'function envoy_on_request(handle)\n  if then\nend')
  await expect(page.locator('.monaco-editor .squiggly-error').first()).toBeVisible()
  await run(page)
  await expect(runPanel(page).getByRole('alert')).toContainText(/:2:|line 2/)
  await runPanel(page).getByRole('button', { name: 'Show the place' }).click()
  await expect(card(page, 'Lua')).toHaveAttribute('aria-current', 'true')
})

import { readFile } from 'node:fs/promises'
import { canvas, card, designOf, expect, openBase, run, runPanel, test } from './app.ts'

test('a new design, saved as a file, opens again from the file', async ({ page }) => {
  await openBase(page, 'Istio sidecar')
  await page.getByRole('button', { name: 'Chainwright: menu' }).click()
  await page.getByRole('menuitem', { name: 'New design' }).click()
  await expect(card(page, 'Router')).toBeVisible()
  await page.getByLabel('Name of the design').fill('my proxy')
  const before = await designOf(page)

  await page.getByRole('button', { name: 'Chainwright: menu' }).click()
  const saving = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Save as a file' }).click()
  const download = await saving
  expect(download.suggestedFilename()).toBe('my-proxy.json')
  const text = await readFile(await download.path(), 'utf8')

  await page.getByRole('button', { name: 'Chainwright: menu' }).click()
  await page.getByRole('menuitem', { name: 'Start screen' }).click()
  await expect(page.getByRole('button', { name: /^my proxy/ })).toBeVisible()
  await page.getByRole('button', { name: /Istio ingress gateway/ }).click()
  await expect(card(page, 'istio.metadata_exchange')).toBeVisible()
  await page.getByRole('button', { name: 'Chainwright: menu' }).click()
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('menuitem', { name: 'Open a file…' }).click()
  await (await choosing).setFiles({ name: 'my-proxy.json', mimeType: 'application/json', buffer: Buffer.from(text) })
  await expect(page.getByLabel('Name of the design')).toHaveValue('my proxy')
  expect(await designOf(page)).toEqual(before)
})

test('a reload shows the design as it was left', async ({ page }) => {
  await openBase(page, 'Istio ingress gateway')
  await page.getByLabel('Name of the design').fill('kept')
  await page.reload()
  await expect(canvas(page)).toBeVisible()
  await expect(page.getByLabel('Name of the design')).toHaveValue('kept')
})

test('every bundled base answers its first requests', async ({ page }) => {
  for (const [title, server] of [
    ['Istio ingress gateway', 'httpbin.default:8000'],
    ['Istio waypoint', '200'],
  ] as const) {
    await openBase(page, title)
    await run(page)
    await expect(runPanel(page).getByRole('tab', { name: /Response/ })).toContainText('200')
    await expect(runPanel(page).getByText(server).first()).toBeVisible()
    await page.getByRole('button', { name: 'Chainwright: menu' }).click()
    await page.getByRole('menuitem', { name: 'Start screen' }).click()
  }
  await openBase(page, 'Istio sidecar')
  await run(page)
  await expect(card(page, 'istio.alpn')).toBeVisible()
  await expect(runPanel(page).getByText('the listener 0.0.0.0_8000 stands there')).toBeVisible()
  await runPanel(page)
    .getByRole('button', { name: /be called at 8080/ })
    .click()
  await expect(runPanel(page).getByText('matched by destination port 8080', { exact: false })).toBeVisible()
})

test('what a request is expected to give is checked in every run', async ({ page }) => {
  await openBase(page, 'Istio ingress gateway')
  await run(page)
  await runPanel(page)
    .getByRole('tab', { name: /Response/ })
    .click()
  await runPanel(page).getByRole('button', { name: 'Expect this result' }).click()
  const chip = runPanel(page).getByRole('list', { name: 'Requests' }).getByRole('button')
  await expect(chip).toContainText('✓')
  await runPanel(page).getByRole('spinbutton', { name: 'Status' }).fill('503')
  await run(page)
  await expect(chip).toContainText('✗')
  await expect(runPanel(page).getByText('response.status: want 200 got 503')).toBeVisible()
})

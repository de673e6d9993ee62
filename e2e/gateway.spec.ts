import { readFile } from 'node:fs/promises'
import {
  canvas,
  card,
  designOf,
  dragBetween,
  expect,
  exportedText,
  httpFilters,
  openBase,
  run,
  runPanel,
  steps,
  test,
} from './app.ts'
import { addHeader, writeLua } from './edit.ts'

const SCRIPT = `function envoy_on_request(handle)
  handle:headers():add("x-canary", "1")
  handle:logInfo("canary for " .. handle:headers():get(":path"))
end`

test('by mouse: import the gateway, add two filters, simulate, read the trace, export, share', async ({
  page,
  freshPage: other,
}) => {
  await openBase(page, 'Istio ingress gateway')
  const untouched = await httpFilters(page)
  expect(untouched).toContain('fault')

  await test.step('drag Lua and Header Mutation to their gaps', async () => {
    await dragBetween(page, 'Lua', card(page, 'fault'), card(page, 'cors'))
    await dragBetween(page, 'Header Mutation', card(page, 'cors'), card(page, 'istio.stats'))
    const names = await httpFilters(page)
    expect(names).toHaveLength(untouched.length + 2)
    expect(names[names.indexOf('fault') + 1]).toMatch(/lua/i)
    expect(names[names.indexOf('cors') + 1]).toMatch(/header/i)
  })

  await test.step('write the script and a header', async () => {
    await addHeader(page, card(page, 'Header Mutation'), 'x-team', 'shop')
    await writeLua(page, card(page, 'Lua'), SCRIPT)
  })

  await test.step('simulate and read the trace', async () => {
    await run(page)
    await expect(runPanel(page).getByRole('tab', { name: /Response/ })).toContainText('200')
    const lua = steps(page).filter({ hasText: 'x-canary' })
    await expect(lua).toContainText('+1')
    await lua.click()
    await expect(lua).toHaveAttribute('aria-selected', 'true')
    await expect(card(page, 'Lua')).toHaveAttribute('aria-current', 'true')
    await expect(card(page, 'Lua')).toContainText('log 1')
    await expect(runPanel(page).getByRole('row', { name: 'x-canary 1' })).toBeVisible()
    await runPanel(page)
      .getByRole('tab', { name: /At the server/ })
      .click()
    const received = runPanel(page).getByRole('tabpanel', { name: /At the server/ })
    await expect(received.getByRole('row', { name: 'x-canary 1' })).toBeVisible()
    await expect(received.getByRole('row', { name: 'x-team shop' })).toBeVisible()
    await runPanel(page).getByRole('tab', { name: /Logs/ }).click()
    await expect(runPanel(page).getByText('canary for /api/items')).toBeVisible()
  })

  await test.step('export: preview, copy, download', async () => {
    const yaml = await exportedText(page, 'Istio resources')
    expect(yaml).toContain('kind: EnvoyFilter')
    expect(yaml).toContain('x-canary')
    expect(yaml).toContain('x-team')
    const dialog = page.getByRole('dialog', { name: 'Export' })
    await dialog.getByRole('button', { name: 'Copy' }).click()
    await expect(dialog.getByRole('button', { name: 'Copied' })).toBeVisible()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(yaml)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Download' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/\.yaml$/)
    expect(await readFile(await download.path(), 'utf8')).toBe(yaml)
    await page.keyboard.press('Escape')
  })

  await test.step('the link opens the identical design in a fresh profile', async () => {
    const before = await designOf(page)
    await page.getByRole('button', { name: 'Share', exact: true }).click()
    const link = page.getByRole('textbox', { name: 'Link' })
    await expect(link).toHaveValue(/#/)
    await other.goto(await link.inputValue())
    await expect(canvas(other)).toBeVisible()
    expect(await designOf(other)).toEqual(before)
  })
})

test('Lua at one of Istio’s slots is exported as a TrafficExtension, or as an EnvoyFilter if that is asked for', async ({
  page,
}) => {
  await openBase(page, 'Istio ingress gateway')
  await card(page, 'istio.metadata_exchange').click()
  await page.keyboard.press('a')
  await page.keyboard.type('Lua')
  await page.keyboard.press('Enter')
  await expect.poll(() => httpFilters(page)).toContain('Lua')
  const native = await exportedText(page, 'Istio resources')
  expect(native).toContain('kind: TrafficExtension')
  expect(native).not.toContain('kind: EnvoyFilter')
  const only = await exportedText(page, 'EnvoyFilter only')
  expect(only).toContain('kind: EnvoyFilter')
  expect(only).not.toContain('kind: TrafficExtension')
  const bootstrap = await exportedText(page, 'Envoy bootstrap')
  expect(bootstrap).toContain('static_resources:')
})

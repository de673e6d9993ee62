import { canvas, designOf, expect, exportedText, httpFilters, steps, test } from './app.ts'
import { inspector } from './edit.ts'
import { focusLabel, pressUntil } from './keys.ts'

const SCRIPT = `function envoy_on_response(handle)
  handle:headers():add("x-served", "by keyboard")
end`

test('by keyboard alone: import, add two filters, write Lua, simulate, read, export, share', async ({
  page,
  freshPage: other,
}) => {
  await page.addInitScript(() => {
    const counted = window as unknown as { pointers: number }
    counted.pointers = 0
    window.addEventListener('pointerdown', () => counted.pointers++, true)
  })
  const { keyboard } = page

  await test.step('open the gateway', async () => {
    await page.goto('.')
    await expect(page.getByRole('button', { name: 'Istio ingress gateway' })).toBeVisible()
    await pressUntil(page, 'Tab', /^Istio ingress gateway/)
    await keyboard.press('Enter')
    await expect(canvas(page)).toBeVisible()
  })

  await test.step('walk to a gap and insert, twice', async () => {
    await pressUntil(page, 'F6', /istio\.metadata_exchange/)
    await pressUntil(page, 'ArrowDown', /^fault/)
    await keyboard.press('a')
    await keyboard.type('Lua')
    await keyboard.press('Enter')
    await expect.poll(() => focusLabel(page)).toMatch(/^Lua/)
    await pressUntil(page, 'ArrowDown', /^istio\.stats/)
    await keyboard.press('b')
    await keyboard.type('Header Mutation')
    await keyboard.press('Enter')
    await expect.poll(() => focusLabel(page)).toMatch(/^Header Mutation/)
    const names = await httpFilters(page)
    expect(names[names.indexOf('fault') + 1]).toBe('Lua')
    expect(names[names.indexOf('istio.stats') - 1]).toBe('Header Mutation')
  })

  await test.step('move it, and take that back', async () => {
    await keyboard.press('Alt+ArrowUp')
    await expect.poll(async () => (await httpFilters(page)).indexOf('Header Mutation')).toBe(5)
    await keyboard.press('Control+z')
    await expect.poll(async () => (await httpFilters(page)).indexOf('Header Mutation')).toBe(6)
  })

  await test.step('write the script', async () => {
    await pressUntil(page, 'ArrowUp', /^Lua/)
    await keyboard.press('Enter')
    await expect(inspector(page).getByRole('tab', { name: 'Lua' })).toHaveAttribute('aria-selected', 'true')
    await expect(inspector(page).locator('.monaco-editor').first()).toBeVisible({ timeout: 20_000 })
    await pressUntil(page, 'Tab', /Escape leaves the editor/)
    await keyboard.press('Control+a')
    await keyboard.insertText(SCRIPT)
    await keyboard.press('Escape')
  })

  await test.step('simulate, and walk through the trace', async () => {
    await keyboard.press('Control+Enter')
    await expect(steps(page).first()).toBeVisible()
    await pressUntil(page, 'F6', /URL|Method|^GET/)
    await pressUntil(page, 'Tab', /^Steps/)
    const served = steps(page).filter({ hasText: '+ x-served: by keyboard' })
    await expect(served).toHaveCount(1)
    await expect(async () => {
      await keyboard.press('ArrowDown')
      await expect(served).toHaveAttribute('aria-selected', 'true', { timeout: 50 })
    }).toPass({ timeout: 15_000, intervals: [0] })
    await expect(canvas(page).locator('[aria-current="true"]')).toHaveAttribute('aria-label', /^Lua/)
  })

  await test.step('export', async () => {
    await keyboard.press('Control+e')
    await pressUntil(page, 'Tab', /^Copy/)
    await keyboard.press('Enter')
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('by keyboard')
    await keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  })

  await test.step('share: the link opens the identical design in a fresh profile', async () => {
    await keyboard.press('Control+k')
    await expect.poll(() => focusLabel(page)).toMatch(/^Search or run/)
    await keyboard.type('Share a link')
    await expect(page.getByRole('button', { name: /Share a link/ })).toBeVisible()
    await keyboard.press('Enter')
    await expect(page.getByRole('textbox', { name: 'Link' })).toHaveValue(/#/)
    await pressUntil(page, 'Tab', /^Copy the link/)
    await keyboard.press('Enter')
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('#')
    const link = await page.evaluate(() => navigator.clipboard.readText())
    expect(await page.evaluate(() => (window as unknown as { pointers: number }).pointers)).toBe(0)
    await keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    const before = await designOf(page)
    await other.goto(link)
    await expect(canvas(other)).toBeVisible()
    expect(await designOf(other)).toEqual(before)
    expect(await exportedText(other, 'Istio resources')).toContain('by keyboard')
  })
})

import { canvas, card, designOf, expect, openBase, test } from './app.ts'
import { editorText, insert, inspector, tab, typeInEditor } from './edit.ts'

test.beforeEach(async ({ page }) => openBase(page, 'ingress gateway'))

test('Lua: a completion is accepted, a syntax error is marked, and the script is in the design', async ({ page }) => {
  await insert(page, 'Lua')
  await tab(page, 'Lua').click()
  await typeInEditor(page, 'function envoy_on_request(request_handle)\n  request_handle')
  await page.keyboard.type(':heade')
  const widget = page.locator('.suggest-widget')
  await expect(widget.getByText('headers', { exact: true })).toBeVisible()
  await page.keyboard.press('Tab')
  await expect.poll(() => editorText(page)).toContain('request_handle:headers')
  await expect(inspector(page).locator('.squiggly-error').first()).toBeVisible()

  await page.keyboard.type('():add("x-a", "1")')
  await page.keyboard.press('Control+End')
  await page.keyboard.type('\nend')
  await expect(inspector(page).locator('.squiggly-error')).toHaveCount(0)
  const design = await designOf(page)
  expect(JSON.stringify(design)).toContain(JSON.stringify('request_handle:headers():add("x-a", "1")').slice(1, -1))
})

test('Lua: Escape leaves the editor, F9 sets a breakpoint, the run is stepped with its locals', async ({ page }) => {
  await insert(page, 'Lua')
  await tab(page, 'Lua').click()
  await typeInEditor(
    page,
    'function envoy_on_request(handle)\n  local path = handle:headers():get(":path")\n  local n = #path\nend\n',
  )
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('F9')
  await page.keyboard.press('Control+Enter')
  const footer = inspector(page).locator('footer')
  await expect(footer).toContainText('line 3', { timeout: 20_000 })
  await expect(footer).toContainText('path = "/')
  await footer.getByRole('button', { name: 'Step back' }).click()
  await expect(footer).toContainText('line 2')

  await inspector(page).locator('.monaco-editor').first().click()
  await page.keyboard.press('Escape')
  await expect(tab(page, 'Lua')).toBeFocused()
})

test('Lua: the script is formatted', async ({ page }) => {
  await insert(page, 'Lua')
  await tab(page, 'Lua').click()
  await typeInEditor(page, 'function   envoy_on_request( h )\nlocal a=1\nend\n')
  await inspector(page).getByRole('button', { name: 'Format' }).click()
  await expect.poll(() => editorText(page), { timeout: 20_000 }).toContain('function envoy_on_request(h)')
  await expect.poll(() => editorText(page)).toContain('  local a = 1')
})

test('form: an edit shows on the card, is undone, and errors stand at their field', async ({ page }) => {
  await insert(page, 'Local Rate Limit')
  await tab(page, 'Form').click()
  const form = inspector(page).getByRole('tabpanel')
  const tokens = form.getByRole('textbox', { name: 'max_tokens' })
  await tokens.fill('7')
  await expect(canvas(page).getByText('7 per 60s')).toBeVisible()
  await page.getByRole('button', { name: /^Undo/ }).click()
  await expect(tokens).toHaveValue('100')
  await expect(canvas(page).getByText('100 per 60s')).toBeVisible()

  const interval = form.getByRole('textbox', { name: 'fill_interval' })
  await interval.fill('soon')
  await expect(form.getByRole('alert')).toContainText('expected a duration')
  await interval.fill('1m')
  await expect(form.getByRole('alert')).toHaveCount(0)
  await expect(canvas(page).getByText('100 per 60s')).toBeVisible()

  await form.getByRole('textbox', { name: 'stat_prefix' }).fill('')
  await expect(form.getByText(/must not be empty/)).toBeVisible()
})

test('form: a field is added, a choice is switched, an element is moved and removed', async ({ page }) => {
  await insert(page, 'Header Mutation')
  await tab(page, 'Form').click()
  const form = inspector(page).getByRole('tabpanel')
  await form.getByRole('button', { name: 'Add HeaderMutation' }).first().click()
  const actions = form.locator('select').filter({ has: page.locator('option[value="remove_on_match"]') })
  await actions.nth(1).selectOption('remove')
  await form.getByRole('textbox', { name: 'remove' }).fill('x-gone')
  await form.getByRole('button', { name: 'Move request_mutations 2 up' }).click()
  await form.getByRole('button', { name: 'Remove request_mutations 2' }).click()
  const design = JSON.stringify(await designOf(page))
  expect(design).toContain('"request_mutations":[{"remove":"x-gone"}]')
})

test('YAML and form are one: an edit in either shows in the other, and comments stay', async ({ page }) => {
  await insert(page, 'Buffer')
  await tab(page, 'YAML').click()
  await typeInEditor(page, '')
  await page.evaluate((text) => navigator.clipboard.writeText(text), YAML)
  await page.keyboard.press('Control+v')
  await expect(card(page, 'buf')).toBeVisible()
  await tab(page, 'Form').click()
  const bytes = inspector(page).getByRole('textbox', { name: 'max_request_bytes' })
  await expect(bytes).toHaveValue('1000')
  await bytes.fill('2000')
  await tab(page, 'YAML').click()
  await expect.poll(() => editorText(page)).toContain('max_request_bytes: 2000 # small')
  expect(await editorText(page)).toContain('# why: uploads')
})

test('YAML that cannot be read is kept, told, and changes nothing', async ({ page }) => {
  await insert(page, 'Buffer')
  await tab(page, 'YAML').click()
  await typeInEditor(page, 'name: a: b')
  await expect(inspector(page).getByRole('alert')).toContainText(/line 1/i)
  expect(await editorText(page)).toContain('name: a: b')
  await expect(card(page, 'Buffer')).toBeVisible()
})

test('Istio’s own filters are read only until they are unlocked', async ({ page }) => {
  await card(page, 'fault').click()
  const name = inspector(page).getByRole('textbox', { name: 'name' })
  await expect(name).toBeDisabled({ timeout: 20_000 })
  await inspector(page).getByRole('button', { name: 'Unlock' }).click()
  await expect(name).toBeEnabled()
})

test('a route switches the filter off', async ({ page }) => {
  await insert(page, 'Lua')
  await tab(page, 'Per route').click()
  await inspector(page).getByRole('button', { name: 'Switch off on…' }).click()
  await page.getByRole('option', { name: /› api/ }).click()
  await expect(inspector(page).getByText('switched off here')).toBeVisible()
  const design = JSON.stringify(await designOf(page))
  expect(design).toContain('"typed_per_filter_config":{"envoy.filters.http.lua":{"@type"')
})

const YAML = `# why: uploads
name: buf
typed_config:
  "@type": type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer
  max_request_bytes: 1000 # small
`

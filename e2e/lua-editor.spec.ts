import type { Locator, Page } from '@playwright/test'
import { expect, openBase, run, runPanel, test } from './app.ts'
import { editorText, insert, inspector, tab, typeInEditor } from './edit.ts'

/** Opens the gateway with a Lua filter that has this script, as if it was pasted. */
async function script(page: Page, text: string): Promise<void> {
  await insert(page, 'Lua')
  await tab(page, 'Lua').click()
  await typeInEditor(page, '')
  await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text)
  await page.keyboard.press('Control+v')
}

/** Puts the caret behind the first place of a text, by the editor's own search. */
async function goBehind(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Control+f')
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(text)
  await expect(inspector(page).locator('.find-widget.visible')).toBeVisible()
  await expect(inspector(page).locator('.find-widget .matchesCount')).toContainText('1 of')
  await page.keyboard.press('Escape')
  await expect(inspector(page).locator('.native-edit-context, textarea.inputarea').first()).toBeFocused()
  await page.keyboard.press('ArrowRight')
}

/** The messages of all markers, walked through as the user would. */
async function problems(page: Page, count: number): Promise<string[]> {
  await page.keyboard.press('Control+Home')
  const found: string[] = []
  const widget = page.locator('.marker-widget .message')
  for (let i = 0; i < count; i++) {
    await page.keyboard.press('F8')
    await expect.poll(async () => (await widget.textContent()) ?? '').not.toBe(found.at(-1) ?? '')
    found.push((await widget.textContent()) ?? '')
  }
  await page.keyboard.press('Escape')
  return found
}

function suggestion(page: Page, label: string): Locator {
  return page.locator('.suggest-widget .label-name').getByText(label, { exact: true })
}

test.beforeEach(async ({ page }) => openBase(page, 'ingress gateway'))

const HELPERS = `local M = {}
-- Says who asks.
function M.user(handle)
  local headers = handle:headers()
  return headers:get("x-user")
end

function envoy_on_request(request_handle)
  local who = M.user(request_handle)
  request_handle:logInfo(who or "nobody")
end
`

test('completion, signature help and hover know helpers and modules', async ({ page }) => {
  await script(page, HELPERS)
  await goBehind(page, 'handle:headers()')
  await page.keyboard.press('Enter')
  await page.keyboard.type('headers:')
  await expect(suggestion(page, 'getNumValues')).toBeVisible()
  await page.keyboard.type('ad')
  await page.keyboard.press('Tab')
  await page.keyboard.type('(')
  const help = page.locator('.parameter-hints-widget')
  await expect(help).toContainText('add(name, value)')
  await page.keyboard.type('"a", ')
  await expect(help.locator('.parameter.active, .docs')).not.toHaveCount(0)
  await page.keyboard.press('Escape')

  await goBehind(page, 'local who = M.us')
  await page.keyboard.press('Control+k')
  await page.keyboard.press('Control+i')
  const hover = page.locator('.monaco-hover').filter({ visible: true }).first()
  await expect(hover).toContainText('function M.user(handle)')
  await expect(hover).toContainText('Says who asks.')

  await goBehind(page, 'request_handle:logIn')
  await page.keyboard.press('Control+k')
  await page.keyboard.press('Control+i')
  await expect(hover.getByRole('link', { name: 'Documentation' })).toHaveAttribute('data-href', /envoyproxy\.io.*lua/)
})

test('every kind of mistake is marked at its place', async ({ page }) => {
  await script(
    page,
    `local function help(h) h:headers():ad("a", "b") end
function envoy_on_request(h)
  help(h)
  h:headers():add("a")
  h:logInfo(missing)
  h:httpCall("nowhere", {}, nil, 100)
  local claims = h:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn")
  local text = h:body():getBytes(0, 1)
  local v = h:headers()["x"]
  h:respond("403")
end
`,
  )
  await expect(inspector(page).locator('.squiggly-error').first()).toBeVisible()
  const found = await problems(page, 9)
  const all = found.join('\n')
  expect(all).toContain('has no method ad')
  expect(all).toContain('takes 2 arguments, not 1')
  expect(all).toContain('missing is never given a value')
  expect(all).toContain('there is no cluster nowhere')
  expect(all).toContain('no filter of this chain writes envoy.filters.http.jwt_authn')
  expect(all).toContain('holds the whole body back')
  expect(all).toContain('body() gives nil when there is no body')
  expect(all).toContain('has methods and no fields')
  expect(all).toContain('headers must be a table, not a string')
})

test('curly quotes are marked, and so is a script that is too long for a TrafficExtension', async ({ page }) => {
  const long = `-- ${'x'.repeat(66_000)}\nfunction envoy_on_request(h)\n  h:logInfo(\u201chi\u201d)\nend\n`
  await script(page, long)
  await expect(inspector(page).locator('.squiggly-warning, .squiggly-error').first()).toBeVisible()
  const all = (await problems(page, 3)).join('\n')
  expect(all).toContain('a TrafficExtension takes 65536')
  expect(all).toContain('comes from a word processor')
})

test('definition, new name, folds and snippets', async ({ page }) => {
  await script(page, HELPERS)
  await goBehind(page, 'local who = M.us')
  await page.keyboard.press('F12')
  await page.keyboard.insertText('the_')
  await expect.poll(() => editorText(page)).toContain('function M.the_user(handle)')
  await page.keyboard.press('Control+z')

  await goBehind(page, 'local wh')
  await page.keyboard.press('F2')
  const field = page.locator('.rename-input')
  await expect(field).toBeVisible()
  await field.fill('caller')
  await page.keyboard.press('Enter')
  await expect.poll(() => editorText(page)).toContain('request_handle:logInfo(caller or "nobody")')

  await goBehind(page, 'local headers')
  await page.keyboard.press('Control+Shift+BracketLeft')
  await expect.poll(() => editorText(page)).not.toContain('local headers')

  await page.keyboard.press('Control+End')
  await page.keyboard.type('sechead')
  await expect(suggestion(page, 'secheaders')).toBeVisible()
  await page.keyboard.press('Tab')
  await expect.poll(() => editorText(page)).toContain('"x-content-type-options", "nosniff"')
})

test('what is typed is indented as its blocks are', async ({ page }) => {
  await script(page, '')
  const lines = ['function envoy_on_request(h)', 'if h then', 'h = nil', 'end', 'end']
  for (const [index, line] of lines.entries()) {
    if (index > 0) await page.keyboard.press('Enter')
    await page.keyboard.type(line, { delay: 60 })
  }
  const shown = await inspector(page)
    .locator('.view-line')
    .evaluateAll((all) =>
      all
        .map((one) => ({ top: one.getBoundingClientRect().top, text: one.textContent ?? '' }))
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text.replaceAll('\u00a0', ' ')),
    )
  expect(shown).toEqual(['function envoy_on_request(h)', '  if h then', '    h = nil', '  end', 'end'])
})

test('3,000 lines are completed and checked while the page answers', async ({ page }) => {
  const part = (i: number): string =>
    `local function f${i}(handle)\n  local headers = handle:headers()\n  local v = headers:get("x-${i}")\n  if v and v:find("a", 1, true) then\n    headers:replace("x-${i}", v)\n  end\n  return v\nend\n`
  const parts = Array.from({ length: 190 }, (_, i) => `do\n${part(i)}shared${i} = f${i}\nend\n`)
  const calls = parts.map((_, i) => `  shared${i}(request_handle)`).join('\n')
  await script(page, `${parts.join('')}function envoy_on_request(request_handle)\n${calls}\nend\n`)
  await goBehind(page, 'headers:get("x-150")')
  await page.evaluate(() => {
    const kept = window as unknown as { longest: number }
    kept.longest = 0
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) kept.longest = Math.max(kept.longest, duration)
    }).observe({ entryTypes: ['longtask'] })
  })
  await page.keyboard.press('Enter')
  const began = Date.now()
  await page.keyboard.type('headers:')
  await expect(suggestion(page, 'getAtIndex')).toBeVisible()
  console.log(`  completion in a long script came after ${Date.now() - began} ms`)
  await expect(inspector(page).locator('.squiggly-error').first()).toBeVisible()
  const longest = await page.evaluate(() => (window as unknown as { longest: number }).longest)
  console.log(`  the page was busy for ${Math.round(longest)} ms at most`)
  expect(longest).toBeLessThan(3000)
})

test('filters that are not simulated are told with the result', async ({ page }) => {
  await insert(page, 'Golang')
  await run(page)
  await expect(runPanel(page).getByText('One filter is not simulated.')).toBeVisible()
  await runPanel(page)
    .getByRole('tab', { name: /Response/ })
    .click()
  await expect(runPanel(page).getByText(/Envoy may answer otherwise: .*golang/i)).toBeVisible()
})

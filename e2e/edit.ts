import { expect, type Locator, type Page } from '@playwright/test'

export function inspector(page: Page): Locator {
  return page.getByRole('complementary', { name: 'Inspector' })
}

/** Replaces the text of the Monaco editor that is in the inspector, by keyboard, and waits until it is applied. */
export async function typeInEditor(page: Page, text: string): Promise<void> {
  const editor = inspector(page).locator('.monaco-editor').first()
  await expect(editor).toBeVisible({ timeout: 20_000 })
  await editor.locator('textarea, .native-edit-context').first().focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(text)
}

/** Selects a Lua filter and replaces its script. */
export async function writeLua(page: Page, filter: Locator, script: string): Promise<void> {
  await filter.click()
  await inspector(page).getByRole('tab', { name: 'Lua' }).click()
  await typeInEditor(page, script)
}

/** Selects a Header Mutation filter as the palette inserts it, and says in its form which header it adds. */
export async function addHeader(page: Page, filter: Locator, key: string, value: string): Promise<void> {
  await filter.click()
  const form = inspector(page)
  await form.getByRole('textbox', { name: 'key' }).fill(key)
  await form.getByRole('textbox', { name: 'value', exact: true }).fill(value)
  await form.getByRole('textbox', { name: 'value', exact: true }).press('Tab')
}

/** Inserts a filter by its name in the palette; it is selected then. */
export async function insert(page: Page, title: string): Promise<void> {
  const search = page.getByRole('combobox', { name: 'Find a filter' })
  await search.fill(title)
  await search.press('Enter')
  await expect(inspector(page).getByRole('tab').first()).toBeVisible({ timeout: 20_000 })
}

/** A tab of the inspector. */
export function tab(page: Page, name: string) {
  return inspector(page).getByRole('tab', { name })
}

/** What the editor in the inspector shows. */
export function editorText(page: Page): Promise<string> {
  return inspector(page)
    .locator('.monaco-editor .view-lines')
    .first()
    .evaluate((lines) => (lines.textContent ?? '').replaceAll('\u00a0', ' '))
}

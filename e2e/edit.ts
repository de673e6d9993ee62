import type { Locator, Page } from '@playwright/test'

/** Changes the configuration of a filter through the inspector's JSON. */
async function changeConfig(page: Page, filter: Locator, change: (config: Record<string, any>) => void): Promise<void> {
  await filter.click()
  const field = page.getByLabel('Configuration as JSON')
  const value = JSON.parse(await field.inputValue())
  change(value)
  await field.fill(JSON.stringify(value))
  await field.blur()
}

/** Replaces the script of a Lua filter. */
export async function writeLua(page: Page, filter: Locator, script: string): Promise<void> {
  await changeConfig(page, filter, ({ typed_config }) => {
    typed_config.default_source_code = { inline_string: script }
  })
}

/** Lets a Header Mutation filter add a request header. */
export async function addHeader(page: Page, filter: Locator, key: string, value: string): Promise<void> {
  await changeConfig(page, filter, ({ typed_config }) => {
    typed_config.mutations = { request_mutations: [{ append: { header: { key, value } } }] }
  })
}

import { type BrowserContext, test as base, expect, type Locator, type Page } from '@playwright/test'

/**
 * Every journey runs with two checks of its own, in the profile it begins in and in the fresh one: nothing is asked of
 * another origin, and no error is thrown in the page or written to its console.
 */
export const test = base.extend<{ watch: (context: BrowserContext) => void; freshPage: Page }>({
  watch: [
    async ({ context, baseURL }, use) => {
      const origin = new URL(baseURL!).origin
      const foreign: string[] = []
      const errors: string[] = []
      const watch = (watched: BrowserContext): void => {
        watched.on('request', (request) => {
          const url = request.url()
          if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) foreign.push(url)
        })
        watched.on('weberror', (error) => errors.push(error.error().message))
        watched.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      }
      watch(context)
      await use(watch)
      expect(foreign, 'requests that left the origin').toEqual([])
      expect(errors, 'errors in the page').toEqual([])
    },
    { auto: true },
  ],

  /** A page of a browser profile that has never seen the app. */
  freshPage: async ({ browser, watch }, use) => {
    const context = await browser.newContext()
    watch(context)
    await use(await context.newPage())
    await context.close()
  },
})

export { expect }

/** Opens a bundled base from the start screen. */
export async function openBase(page: Page, title: string): Promise<void> {
  await page.goto('.')
  await page.getByRole('button', { name: title }).click()
  await expect(canvas(page)).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'URL' })).toBeVisible()
}

export function canvas(page: Page): Locator {
  return page.getByRole('region', { name: 'Filter chains' })
}

/** A card of the canvas by the beginning of its accessible name: `fault`, `HTTP connection manager`. */
export function card(page: Page, name: string): Locator {
  return canvas(page).locator(`[data-focus][aria-label^=${JSON.stringify(name)}]`)
}

/** The names of the HTTP filters from top to bottom, as the cards show them. */
export async function httpFilters(page: Page): Promise<string[]> {
  const labels = await canvas(page)
    .locator('[aria-roledescription="http filter"]')
    .evaluateAll((cards) =>
      cards
        .map((one) => ({ top: one.getBoundingClientRect().top, label: one.getAttribute('aria-label') ?? '' }))
        .sort((a, b) => a.top - b.top)
        .map(({ label }) => label.split(',')[0] ?? ''),
    )
  return labels
}

/** Drags a filter of the palette, by mouse, into the gap between two cards. */
export async function dragBetween(page: Page, title: string, above: Locator, below: Locator): Promise<void> {
  await page.getByRole('combobox', { name: 'Find a filter' }).fill(title)
  const item = page.getByRole('option', { name: title }).first()
  const [from, upper, lower] = [await box(item), await box(above), await box(below)]
  await page.mouse.move(from.x + 40, from.y + from.height / 2)
  await page.mouse.down()
  await page.mouse.move(from.x + 80, from.y + from.height / 2 + 10, { steps: 3 })
  await page.mouse.move(upper.x + upper.width / 2, (upper.y + upper.height + lower.y) / 2, { steps: 8 })
  await page.mouse.up()
  await page.getByRole('combobox', { name: 'Find a filter' }).fill('')
}

/** Where it is, once it rests: the canvas makes room for panels a moment after they open. */
async function box(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  let last = ''
  let still = 0
  await expect(async () => {
    const now = JSON.stringify(await locator.boundingBox())
    still = now === last && now !== 'null' ? still + 1 : 0
    last = now
    expect(still).toBeGreaterThan(3)
  }).toPass({ intervals: [100] })
  return JSON.parse(last)
}

/** Sends the design's requests and waits for what comes of it. */
export async function run(page: Page): Promise<void> {
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeEnabled()
  await expect(runPanel(page).getByText('Running…')).toHaveCount(0)
}

export function runPanel(page: Page): Locator {
  return page.getByRole('region', { name: 'Run' })
}

/** The steps of the trace: name, verdict and summary of each. */
export function steps(page: Page): Locator {
  return runPanel(page).getByRole('listbox', { name: 'Steps' }).getByRole('option')
}

/** Opens the export and gives the text of one of its formats. */
export async function exportedText(page: Page, format: string): Promise<string> {
  await page.keyboard.press('Control+e')
  const dialog = page.getByRole('dialog', { name: 'Export' })
  await dialog.getByRole('tab', { name: format }).click()
  await expect(dialog.getByRole('tab', { name: format })).toHaveAttribute('aria-selected', 'true')
  const preview = dialog.getByTestId('preview')
  await expect(preview).toHaveAttribute('aria-busy', 'false')
  return (await preview.textContent()) ?? ''
}

/** The open design as its own format, read through the export. */
export async function designOf(page: Page): Promise<Record<string, unknown>> {
  const text = await exportedText(page, 'Design')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  return JSON.parse(text) as Record<string, unknown>
}

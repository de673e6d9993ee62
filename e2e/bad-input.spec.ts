import type { Page } from '@playwright/test'
import { canvas, card, designOf, expect, openBase, run, runPanel, test } from './app.ts'

const PLAIN = `static_resources:
  listeners:
  - name: main
    address: {socket_address: {address: 0.0.0.0, port_value: 8080}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: main
          route_config:
            virtual_hosts:
            - {name: all, domains: ['*'], routes: [{match: {prefix: /}, route: {cluster: backend}}]}
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
  clusters:
  - name: backend
`
const ROUTER = PLAIN.slice(PLAIN.indexOf('          - name: envoy.filters.http.router'), PLAIN.indexOf('  clusters:'))

/** Pastes text into the dialog for opening, as the clipboard would. */
async function paste(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+o')
  const field = page.getByRole('dialog').getByRole('textbox', { name: 'Configuration to open' })
  await field.evaluate((element, pasted) => {
    const data = new DataTransfer()
    data.setData('text/plain', pasted)
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  }, text)
  if (text.length < 2000) await field.fill(text)
  await page.getByRole('dialog').getByRole('button', { name: 'Open', exact: true }).click()
}

const refused: { what: string; text: string; says: RegExp; place?: string }[] = [
  { what: 'not YAML', text: 'listeners: [\n  name: "a\n', says: /./, place: 'line' },
  {
    what: 'YAML that is neither Envoy nor Istio',
    text: 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n',
    says: /Pod|listeners|Envoy/,
  },
  {
    what: 'a half-pasted dump',
    text: '{"configs": [{"@type": "type.googleapis.com/envoy.admin.v3.ListenersConfigDump", "dynamic_listeners": [{"name": "a"',
    says: /./,
    place: 'line',
  },
  { what: 'a link that is cut in half', text: 'http://localhost/#1.', says: /./ },
]

test.describe('what cannot be opened says why, and the open design stays', () => {
  for (const { what, text, says, place } of refused) {
    test(what, async ({ page }) => {
      await openBase(page, 'Istio ingress gateway')
      const before = await designOf(page)
      await paste(page, text)
      const problems = page.locator('#import-problems li')
      await expect(problems.first()).toContainText(says)
      if (place) await expect(problems.first().getByRole('button')).toContainText(place)
      await page.keyboard.press('Escape')
      expect(await designOf(page)).toEqual(before)
    })
  }

  test('a paste of 20 MiB', async ({ page }) => {
    await openBase(page, 'Istio ingress gateway')
    const before = await designOf(page)
    const began = Date.now()
    await paste(page, `{"listeners": [${'{"name": "a listener like many others"},'.repeat(530_000)}`)
    await expect(page.locator('#import-problems li').first()).toContainText(/MiB|too large/)
    console.log(`  a paste of 20 MiB was refused after ${Date.now() - began} ms`)
    await page.keyboard.press('Escape')
    expect(await designOf(page)).toEqual(before)
  })

  test('a link that is cut in half, followed', async ({ page }) => {
    await openBase(page, 'Istio ingress gateway')
    const before = await designOf(page)
    await page.getByRole('button', { name: 'Share', exact: true }).click()
    const link = page.getByRole('textbox', { name: 'Link' })
    await expect(link).toHaveValue(/#/)
    const whole = new URL(await link.inputValue()).hash
    await page.keyboard.press('Escape')
    await page.evaluate(
      (hash) => {
        location.hash = hash
      },
      whole.slice(0, Math.floor(whole.length * 0.6)),
    )
    await expect(page.getByRole('alert')).toContainText(/link/i)
    expect(await designOf(page)).toEqual(before)
  })
})

const found: { what: string; text: string; says: RegExp }[] = [
  {
    what: 'an unknown type',
    text: PLAIN.replace('http.router.v3.Router', 'http.router.v3.Rooter'),
    says: /Rooter/,
  },
  {
    what: 'a v2 type',
    text: PLAIN.replace('envoy.extensions.filters.http.router.v3.Router', 'envoy.config.filter.http.router.v2.Router'),
    says: /v2/,
  },
  {
    what: 'a chain without a terminal filter',
    text: PLAIN.replace(ROUTER, '').replace('          http_filters:\n', ''),
    says: /terminal|router/i,
  },
  {
    what: 'two routers',
    text: PLAIN.replace(ROUTER, ROUTER + ROUTER.replace('http.router\n', 'http.router2\n')),
    says: /last|terminal|router/i,
  },
  {
    what: 'a regex that RE2 refuses',
    text: PLAIN.replace('match: {prefix: /}', "match: {safe_regex: {regex: '(?!a)b'}}"),
    says: /regex|RE2/i,
  },
]

test.describe('what is wrong in a configuration is found, at its place', () => {
  for (const { what, text, says } of found) {
    test(what, async ({ page }) => {
      await openBase(page, 'Plain Envoy')
      await paste(page, text)
      await expect(page.getByRole('dialog')).toHaveCount(0)
      const findings = page.getByRole('button', { name: /\d+ findings?/ })
      await expect(findings).toBeVisible()
      await findings.click()
      const finding = page.getByRole('dialog').getByRole('listitem').filter({ hasText: says }).first()
      await expect(finding).toContainText(/listeners\[0\]/)
      await finding.getByRole('button').click()
      await expect(page.getByRole('dialog')).toHaveCount(0)
      await expect(canvas(page).locator('[aria-current="true"]')).toHaveCount(1)
    })
  }
})

test('a request with a malformed header gets the answer that Envoy gives', async ({ page }) => {
  await openBase(page, 'Plain Envoy')
  await paste(page, PLAIN)
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(card(page, 'Router')).toBeVisible()
  await runPanel(page).getByRole('textbox', { name: 'add a header', exact: true }).fill('bad name')
  await runPanel(page).getByRole('textbox', { name: 'Request headers: value of bad name' }).fill('x')
  await run(page)
  await expect(runPanel(page).getByRole('tab', { name: /Response/ })).toContainText('400')
})

test('a file is opened by choosing it, and by dropping it', async ({ page }) => {
  await page.goto('.')
  await page
    .getByLabel('File to open')
    .setInputFiles({ name: 'main.yaml', mimeType: 'text/yaml', buffer: Buffer.from(PLAIN) })
  await expect(card(page, 'Router')).toBeVisible()
  await expect(page.getByLabel('Name of the design')).toHaveValue('main')
  await page.evaluate((text) => {
    const data = new DataTransfer()
    data.items.add(new File([text], 'dropped.yaml'))
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
  }, PLAIN)
  await expect(page.getByLabel('Name of the design')).toHaveValue('dropped')
})

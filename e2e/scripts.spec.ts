import type { Page } from '@playwright/test'
import { canvas, card, expect, openBase, run, runPanel, steps, test } from './app.ts'
import { inspector } from './edit.ts'

const LUA = 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua'
const LUA_ROUTE = 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute'
const lines = (...text: string[]) => ({ inline_string: `${text.join('\n')}\n` })

/** A design of one listener whose only filter but the router is a Lua filter. */
function design(lua: object, routes: object[], paths: string[]) {
  const route = { route: { cluster: 'web' } }
  const manager = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'web',
    route_config: {
      name: 'web',
      virtual_hosts: [{ name: 'all', domains: ['*'], routes: routes.map((one) => ({ ...route, ...one })) }],
    },
    http_filters: [
      { name: 'scripts', typed_config: { '@type': LUA, ...lua } },
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  }
  return {
    format: 1,
    name: 'scripts',
    config: {
      listeners: [
        {
          name: 'web',
          address: { socket_address: { address: '0.0.0.0', port_value: 80 } },
          filter_chains: [
            { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] },
          ],
        },
      ],
      clusters: [{ name: 'web', connect_timeout: '1s' }],
    },
    upstreams: { web: [{ status: 200 }] },
    requests: paths.map((path) => ({ method: 'GET', authority: 'shop', path })),
    connections: [],
  }
}

async function open(page: Page, of: object): Promise<void> {
  await openBase(page, 'Istio sidecar')
  await page.getByRole('button', { name: 'Chainwright: menu' }).click()
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('menuitem', { name: 'Open a file…' }).click()
  const file = { name: 'scripts.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(of)) }
  await (await choosing).setFiles(file)
  await expect(page.getByLabel('Name of the design')).toHaveValue('scripts')
  await expect(card(page, 'scripts')).toBeVisible()
}

test('the script of a route is stepped line by line with its variables', async ({ page }) => {
  const own = lines(
    'local calls = 0',
    'function envoy_on_request(h)',
    '  local who = h:headers():get(":path")',
    '  calls = calls + 1',
    'end',
  )
  const main = lines('function envoy_on_request(h)', 'end')
  const route = {
    name: 'mine',
    match: { prefix: '/' },
    typed_per_filter_config: { scripts: { '@type': LUA_ROUTE, source_code: own } },
  }
  await open(page, design({ default_source_code: main }, [route], ['/me']))
  await card(page, 'mine').click()
  await inspector(page).getByRole('tab', { name: 'Lua' }).click()
  await inspector(page).locator('.monaco-editor').first().click()
  await page.keyboard.press('Control+Home')
  for (let line = 1; line < 4; line++) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('F9')
  await page.keyboard.press('Control+Enter')
  const footer = inspector(page).locator('footer')
  await expect(footer).toContainText('line 4', { timeout: 20_000 })
  await expect(footer).toContainText('who = "/me"')
  await expect(footer).toContainText('calls = 0')
  await footer.getByRole('button', { name: 'Step on' }).click()
  await expect(footer).toContainText('line 5')
  await expect(footer).toContainText('calls = 1')

  await card(page, 'scripts').click()
  await inspector(page).locator('.monaco-editor').first().click()
  await page.keyboard.press('F9')
  await expect(footer).toContainText('The run went through other scripts, not this one')
})

test('a script error shows its line, its code and every variable, and leads to the line', async ({ page }) => {
  const script = lines(
    'local limits = { gold = 10 }',
    'local function limit_of(plan)',
    '  return limits[plan].requests',
    'end',
    'function envoy_on_request(h)',
    '  local plan = h:headers():get("x-plan") or "silver"',
    '  local limit = limit_of(plan)',
    'end',
  )
  await open(page, design({ default_source_code: script }, [{ match: { prefix: '/' } }], ['/']))
  await run(page)
  const failed = steps(page).filter({ hasText: 'error' }).first()
  await expect(failed).toContainText('line 3')
  await failed.click()
  const error = page.getByRole('region', { name: 'Script error' })
  await expect(error).toContainText('failed in line 3')
  await expect(error).toContainText('attempt to index a nil value')
  await expect(error.locator('[aria-current]')).toHaveText(/3\s*return limits\[plan\].requests/)
  const frames = error.getByRole('listitem')
  await expect(frames).toHaveCount(2)
  await expect(frames.nth(0)).toContainText(/limit_of.*line 3.*plan.*"silver".*limits.*\{gold = 10\}/s)
  await expect(frames.nth(1)).toContainText(/envoy_on_request.*line 7.*StreamHandle/s)

  await error.getByRole('button', { name: /line 3/ }).click()
  await expect(card(page, 'scripts')).toHaveAttribute('aria-current', 'true')
  await expect(inspector(page).locator('.monaco-editor .line-numbers.active-line-number')).toHaveText('3', {
    timeout: 20_000,
  })
})

test('five hundred different scripts in one proxy', async ({ page }) => {
  const numbers = Array.from({ length: 500 }, (_, n) => n)
  const source_codes = Object.fromEntries(
    numbers.map((n) => [
      `script_${n}`,
      lines(
        'local calls = 0',
        'function envoy_on_request(h)',
        '  calls = calls + 1',
        `  h:headers():add("x-ran", "${n} " .. calls)`,
        'end',
      ),
    ]),
  )
  const chosen = numbers.filter((n) => n % 25 === 0)
  const routes = chosen.map((n) => ({
    match: { path: `/${n}` },
    typed_per_filter_config: { scripts: { '@type': LUA_ROUTE, name: `script_${n}` } },
  }))
  await open(
    page,
    design(
      { source_codes },
      routes,
      [...chosen, ...chosen].map((n) => `/${n}`),
    ),
  )
  // A busy machine may need more than a run is given.
  await expect(async () => {
    await run(page)
    await expect(runPanel(page).getByText('+ x-ran: 0 1')).toBeVisible({ timeout: 1_000 })
  }).toPass({ timeout: 30_000 })
  const took = await runPanel(page)
    .getByText(/^\d+(\.\d)? ms$/)
    .textContent()
  console.log(`  40 requests through 500 scripts took ${took}`)
  await expect(canvas(page)).toBeVisible()
})

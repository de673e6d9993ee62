import { expect, openBase, run, runPanel, test } from './app.ts'

const HTTP = 'type.googleapis.com/envoy.extensions.filters.http'
const CONFIG = {
  static_resources: {
    listeners: [
      {
        name: 'main',
        address: { socket_address: { address: '0.0.0.0', port_value: 8080 } },
        filter_chains: [
          {
            filters: [
              {
                name: 'envoy.filters.network.http_connection_manager',
                typed_config: {
                  '@type':
                    'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                  stat_prefix: 'ingress',
                  route_config: {
                    virtual_hosts: [
                      {
                        name: 'all',
                        domains: ['*'],
                        routes: [{ match: { prefix: '/' }, route: { cluster: 'backend' } }],
                      },
                    ],
                  },
                  http_filters: [
                    {
                      name: 'envoy.filters.http.ext_authz',
                      typed_config: {
                        '@type': `${HTTP}.ext_authz.v3.ExtAuthz`,
                        transport_api_version: 'V3',
                        grpc_service: { envoy_grpc: { cluster_name: 'authz' } },
                      },
                    },
                    {
                      name: 'envoy.filters.http.router',
                      typed_config: { '@type': `${HTTP}.router.v3.Router` },
                    },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
    clusters: [{ name: 'backend' }, { name: 'authz', http2_protocol_options: {} }],
  },
}

test('an authorization service decides: by name, and in its own message', async ({ page }) => {
  await openBase(page, 'Istio ingress gateway')
  await page.keyboard.press('Control+o')
  await page.getByRole('dialog').getByRole('textbox', { name: 'Configuration to open' }).fill(JSON.stringify(CONFIG))
  await page.getByRole('dialog').getByRole('button', { name: 'Open', exact: true }).click()
  const servers = page.getByRole('region', { name: 'Servers' })
  await servers.getByRole('combobox', { name: 'Server of' }).selectOption('authz')
  const decides = servers.getByRole('combobox', { name: 'What the service decides' })
  const response = runPanel(page).getByRole('tab', { name: /Response/ })

  await decides.selectOption('denies with 403')
  await run(page)
  await expect(response).toContainText('403')

  await decides.selectOption('allows')
  await run(page)
  await expect(response).toContainText('200')

  const message = servers.getByRole('textbox', { name: /Message of the service/ })
  await message.fill('{"status": {"code": 7}, "denied_response": {"status": {"code": "ImATeapot"}}}')
  await message.blur()
  await expect(servers.getByRole('alert')).toContainText('denied_response.status.code')
  await message.fill('{"status": {"code": 7}, "denied_response": {"status": {"code": 410}}}')
  await message.blur()
  await expect(servers.getByRole('alert')).toBeHidden()
  await run(page)
  await expect(response).toContainText('410')
})

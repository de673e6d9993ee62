import type { Design, EnvoyConfig } from '../model/design.ts'

/** The base that the second link was made on. */
export const linkBase: EnvoyConfig = {
  listeners: [{ name: 'l0', filters: [{ name: 'router' }] }],
  clusters: [{ name: 'b' }],
}

/** Links as they were made, with what they must open to for ever. Never change an entry: add one for a new encoding. */
export const oldLinks: { made: string; link: string; design: Design }[] = [
  {
    made: 'encoding 1.z, a whole design',
    link: '#1.z.VY7LDoIwEEV_xcwaI7jkV0gXIwzSUKa1j6hp-u9OIZq4vffcR4YJ-gyz9RtG6LsGGDeCHsJi3WlERv-GBkbLs75X0ugQickH6If8hU0rTOKV7ZMrhGJ2DSdjVClK4iZJ6j9zw3ElnqCoIlkXoifchMg_p8IhYkyiXttuBz09EoV4NDmMizRd0GnZXwinY2OA1zkF8iLihKDU_sEy0xi15YrIrw9s4yz5',
    design: {
      format: 1,
      name: 'shop canary',
      config: { listeners: [{ name: 'l0', unknown: { a: [1, null] } }], clusters: [{ name: 'backend' }] },
      upstreams: { backend: [{ status: 201 }] },
      requests: [{ path: '/api', headers: [['x-user', 'ada']] }],
      connections: [],
    },
  },
  {
    made: 'encoding 1.z, on a base',
    link: '#1.z.TZBbasMwEEW3EuZbLaimbaqtFH9M3LER6OFq5DYmeO-5Mg7kQ4I50n1IN_ohd6Mxl8iVnDWUOAo5yunEpwurkKEhp9FP5NISgqFl1lqEo0K4GSryu4hWTN_9fjXJUH1OB_CKoUX8SVFgWNvXzsJ1Lvm6Ypy4yj-vIC1aZx5a_q570VWrRBwFvkhoiQ9D8mkqovpQo8nett3Ak6j6BLgBz43FtgVoJaHHPqDfwUcf6hMFPj4hLExbb2wPo7aQQa7r3j4-7fv5_LXdASKuWRs',
    design: {
      ...{
        format: 1,
        name: 'on a base',
        upstreams: {},
        requests: [],
        connections: [],
        istio: {
          version: '1.31',
          proxy: 'gateway',
          namespace: 'istio-system',
          labels: { istio: 'ingressgateway' },
          base: { id: 'tiny' },
        },
      },
      config: { ...linkBase, listeners: [{ name: 'l0', filters: [{ name: 'lua' }, { name: 'router' }] }] },
    },
  },
]

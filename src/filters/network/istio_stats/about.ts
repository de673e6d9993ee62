import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'istio.stats',
  config: 'stats.PluginConfig',
  title: 'Istio stats',
  group: 'istio',
  summary: 'Reports Istio’s standard metrics for each TCP connection; traffic passes as it is.',
  notModelled: ['metrics'],
  docs: 'https://istio.io/latest/docs/reference/config/metrics/',
} satisfies FilterAbout

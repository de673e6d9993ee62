import { defineConfig } from 'vitest/config'

// The recorded cases, run through the simulator. Recording and comparing live are done by `record` and live.ts.
export default defineConfig({
  test: {
    root: new URL('.', import.meta.url).pathname,
    include: ['recorded.test.ts'],
    environment: 'node',
    testTimeout: 30_000,
  },
})

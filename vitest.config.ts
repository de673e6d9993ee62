import { defineConfig } from 'vitest/config'

// Unit and catalogue tests. The recorded cases have their own config under conformance/, the browser journeys under e2e/.
export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'tools/**/*.test.ts', 'conformance/**/*.unit.test.ts'],
    environment: 'node',
    testTimeout: 30_000,
  },
})

import { describe, expect, it } from 'vitest'
import { playwrightCounts, total, vitestCounts } from './counts.ts'

describe('test counts', () => {
  it('counts a file that vitest could not load as failed', () => {
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'passed', assertionResults: [{}] },
    ]
    const report = JSON.stringify({ numPassedTests: 4, numFailedTests: 1, testResults })
    expect(vitestCounts(report)).toEqual({ passed: 4, failed: 2 })
  })

  it('counts flaky browser tests and errors outside tests as failed', () => {
    const report = JSON.stringify({ stats: { expected: 5, unexpected: 1, flaky: 1 }, errors: [{}] })
    expect(playwrightCounts(report)).toEqual({ passed: 5, failed: 3 })
  })

  it('adds up', () => {
    expect(
      total([
        { passed: 1, failed: 0 },
        { passed: 2, failed: 3 },
      ]),
    ).toEqual({ passed: 3, failed: 3 })
  })
})

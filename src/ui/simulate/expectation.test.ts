import { expect, test } from 'vitest'
import { emptyDesign } from '../../model/design.ts'
import { removeRequest, setExpectation, setRequest } from '../../model/edits/traffic.ts'
import { expectationOf } from './expectation.ts'

const result = {
  response: {
    status: 200,
    headers: [
      ['x-a', '1'],
      ['date', 'now'],
    ],
  },
  upstream: [],
}
const outcome = { steps: [], truncated: false, tookMs: 1, result }
const two = setRequest({ ...emptyDesign(), requests: [{ path: '/1' }] }, 1, { path: '/2' }).design

test('an expectation is met, missed, or not there', () => {
  expect(expectationOf(two, 1, outcome)).toEqual({ kind: 'none' })
  const { design } = setExpectation(two, 1, { response: { status: 200, headers: [['x-a', '1']] }, upstream: [] })
  expect(design.expect).toEqual([null, expect.anything()])
  expect(expectationOf(design, 0, outcome)).toEqual({ kind: 'none' })
  expect(expectationOf(design, 1, outcome)).toEqual({ kind: 'met' })
  const other = { ...outcome, result: { ...result, response: { status: 503, headers: [] } } }
  expect(expectationOf(design, 1, other)).toEqual({
    kind: 'missed',
    differences: ['.response.headers: missing x-a: 1', '.response.status: want 200 got 503'],
  })
})

test('it goes with its request, and the last one takes the list with it', () => {
  const { design } = setExpectation(two, 1, { response: { status: 200 }, upstream: [] })
  expect(expectationOf(removeRequest(design, 0).design, 0, outcome).kind).toBe('missed')
  expect(setExpectation(design, 1, null).design).not.toHaveProperty('expect')
})

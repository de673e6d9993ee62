export { normaliseHeaders, normaliseResult } from '../../src/model/compare.ts'

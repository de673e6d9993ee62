export { compareResults } from '../../src/model/compare.ts'

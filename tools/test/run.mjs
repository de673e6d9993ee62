#!/usr/bin/env node
// `npm test`: lets Node read TypeScript (tsx), then hands over to main.ts.
import { register } from 'tsx/esm/api'

register()
const { main } = await import('./main.ts')
process.exitCode = await main(process.argv.slice(2))

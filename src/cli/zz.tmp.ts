import { validateCommand } from '/work/main/src/cli/validate.ts'
process.exitCode = await validateCommand(process.argv.slice(2))

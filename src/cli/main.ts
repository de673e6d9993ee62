import { EXIT_INPUT, EXIT_USAGE } from './exit.ts'

type Command = (args: string[]) => Promise<number>

// Loaded when asked for: a command's start-up cost is its own.
const COMMANDS: Record<string, { usage: string; load: () => Promise<Command> }> = {
  simulate: {
    usage: 'simulate CASE...',
    load: async () => (await import('./simulate.ts')).simulateCommand,
  },
  apply: {
    usage: 'apply --base PROXY --proxy gateway|sidecar|waypoint --namespace NS --labels k=v,... RESOURCES...',
    load: async () => (await import('./apply.ts')).applyCommand,
  },
  export: {
    usage:
      'export --base PROXY --desired PROXY --proxy ... --namespace NS --labels k=v,... [--istio 1.31] [--prefer native|envoyfilter]',
    load: async () => (await import('./export.ts')).exportCommand,
  },
  validate: {
    usage: 'validate FILE...',
    load: async () => (await import('./validate.ts')).validateCommand,
  },
  share: {
    usage: 'share encode DESIGN | share decode LINK',
    load: async () => (await import('./share.ts')).shareCommand,
  },
  record: {
    usage: 'record CASE...',
    load: async () => (await import('./record.ts')).recordCommand,
  },
}

/**
 * Runs a command line without the program's name and gives its exit code: 0 done, 1 the input is at fault, 2 wrong
 * usage. Results go to stdout, all else to stderr.
 */
export async function main(args: string[]): Promise<number> {
  const [name = '', ...rest] = args
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(usage())
    return 0
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) {
    process.stderr.write(`${name === '' ? 'no command given' : `no such command: ${name}`}\n${usage()}`)
    return EXIT_USAGE
  }
  if (rest.includes('--help')) {
    process.stdout.write(`usage: chainwright ${command.usage}\n`)
    return 0
  }
  try {
    const run = await command.load()
    return await run(rest)
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`)
    return EXIT_INPUT
  }
}

function usage(): string {
  const lines = Object.values(COMMANDS).map((command) => `  chainwright ${command.usage}\n`)
  return `usage:\n${lines.join('')}`
}

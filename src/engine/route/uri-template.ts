import { ConfigError } from '../catalogue.ts'
import { compileRegex } from '../match/regex.ts'

/** Characters of a literal, and those a glob stands for. A literal's `*` means repetition, as Envoy does not escape it. */
const LITERAL = "a-zA-Z0-9\\-._~%!$&'()*+,;=:@"
const MAX_VARIABLES = 5
const MAX_NAME = 16

/** A path template such as `/api/{user}/**`: matches whole paths and names their parts. */
export interface UriTemplate {
  readonly template: string
  readonly variables: ReadonlySet<string>
  /** Variables of a path (without query) that matches; undefined when it does not. */
  match(path: string): Record<string, string> | undefined
}

/**
 * Parses a match template: segments are literals, `*` (one segment), `**` (any rest), `{name}` or `{name=pattern}`; a suffix
 * may follow the last operator (Envoy: source/extensions/path/uri_template_lib).
 * @throws ConfigError at `path` with what is wrong.
 */
export function parseUriTemplate(template: string, path: string): UriTemplate {
  const fail = (problem: string): never => {
    throw new ConfigError(path, `path template '${template}': ${problem}`)
  }
  if (!/^\/[!-~]*$/.test(template)) fail('has to begin with / and to have printable characters only')
  const parser = new TemplateParser(template.slice(1), fail)
  const pattern = parser.parse()
  const regex = compileRegex(pattern, path)
  const variables = new Set(parser.variables)
  return { template, variables, match: (text) => regex.groups(text)?.byName }
}

class TemplateParser {
  readonly variables: string[] = []
  private rest: string
  private readonly fail: (problem: string) => never
  private seenTextGlob = false

  constructor(rest: string, fail: (problem: string) => never) {
    this.rest = rest
    this.fail = fail
  }

  /** The regular expression of the template. */
  parse(): string {
    const segments: string[] = []
    let suffix = ''
    while (this.rest !== '') {
      segments.push(this.segment())
      if (this.rest === '/') {
        segments.push('')
        break
      }
      if (this.rest.startsWith('/')) this.rest = this.rest.slice(1)
      else if (this.rest !== '') {
        suffix = this.literal()
        if (this.rest !== '') this.fail('nothing may follow a suffix')
      }
    }
    return `/${segments.join('/')}${suffix}`
  }

  private segment(): string {
    if (this.rest.startsWith('*')) return this.operator()
    return this.rest.startsWith('{') ? this.variable() : this.literal()
  }

  private operator(): string {
    if (this.seenTextGlob) this.fail('no * or variable may follow **')
    if (this.rest.startsWith('**')) {
      this.rest = this.rest.slice(2)
      this.seenTextGlob = true
      return `[${LITERAL}/]*`
    }
    this.rest = this.rest.slice(1)
    return `[${LITERAL}]+`
  }

  private literal(): string {
    const slash = this.rest.indexOf('/')
    const text = slash < 0 ? this.rest : this.rest.slice(0, slash)
    if (!new RegExp(`^[${LITERAL}]+$`).test(text)) this.fail(`'${text}' is not a literal`)
    this.rest = this.rest.slice(text.length)
    return text.replace(/[$()+.]/g, '\\$&')
  }

  private variable(): string {
    const end = this.rest.indexOf('}')
    if (end < 0) this.fail('a { is not closed')
    const inside = this.rest.slice(1, end)
    const after = this.rest.slice(end + 1)
    const equals = inside.indexOf('=')
    const name = equals < 0 ? inside : inside.slice(0, equals)
    this.declare(name)
    this.rest = equals < 0 ? '*' : inside.slice(equals + 1)
    if (this.rest === '') this.fail(`the pattern of {${name}} is empty`)
    const parts: string[] = []
    while (this.rest !== '') {
      parts.push(this.rest.startsWith('*') ? this.operator() : this.literal())
      if (this.rest === '') break
      if (!this.rest.startsWith('/') || this.rest === '/') this.fail(`the pattern of {${name}} is malformed`)
      this.rest = this.rest.slice(1)
    }
    this.rest = after
    return `(?P<${name}>${parts.join('/')})`
  }

  private declare(name: string): void {
    if (!/^[a-zA-Z][a-zA-Z0-9_]*$/.test(name)) this.fail(`'${name}' is not a variable's name`)
    if (this.variables.length >= MAX_VARIABLES) this.fail(`more than ${MAX_VARIABLES} variables`)
    if (name.length > MAX_NAME) this.fail(`the name '${name}' is longer than ${MAX_NAME} characters`)
    if (this.variables.includes(name)) this.fail(`the variable '${name}' stands twice`)
    this.variables.push(name)
  }
}

/** A rewrite template: literals and `{name}` of the match template. */
type UriRewrite = (variables: Record<string, string>) => string

/**
 * Parses a rewrite template such as `/v2/{rest}`.
 * @throws ConfigError at `path` for unknown variables and malformed text.
 */
export function parseUriRewrite(template: string, known: ReadonlySet<string>, path: string): UriRewrite {
  const fail = (problem: string): never => {
    throw new ConfigError(path, `rewrite template '${template}': ${problem}`)
  }
  if (!template.startsWith('/')) fail('has to begin with /')
  const parts: (string | { name: string })[] = []
  for (const found of template.matchAll(/\{([^{}]*)\}|([^{}]+)|([{}])/g)) {
    const [, name, literal] = found
    if (literal !== undefined) {
      if (!new RegExp(`^[${LITERAL}/]+$`).test(literal) || literal.includes('//')) fail(`'${literal}' is not a literal`)
      parts.push(literal)
    } else if (name !== undefined) {
      if (!known.has(name)) fail(`the match template has no variable '${name}'`)
      parts.push({ name })
    } else fail('a brace is not closed')
  }
  return (variables) => parts.map((part) => (typeof part === 'string' ? part : (variables[part.name] ?? ''))).join('')
}

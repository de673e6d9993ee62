/** A part of a path that goes into a field: segments from `start` up to `end`, which counts from the end when negative. */
export interface TemplateVariable {
  fieldPath: string[]
  start: number
  end: number
}

/** `/v1/{name=shelves/*}:archive` in parts: literals, `*` for one segment, `**` for the rest. */
export interface HttpTemplate {
  segments: string[]
  verb: string
  variables: TemplateVariable[]
}

/**
 * Reads a path template of google.api.HttpRule; undefined when it is malformed.
 * The grammar stands in google/api/http.proto: `**` may only be the last segment.
 */
export function parseHttpTemplate(text: string): HttpTemplate | undefined {
  const parser = new TemplateParser(text)
  return parser.parse()
}

class TemplateParser {
  private at = 0
  private readonly text: string
  private readonly segments: string[] = []
  private readonly variables: TemplateVariable[] = []

  constructor(text: string) {
    this.text = text
  }

  parse(): HttpTemplate | undefined {
    if (!this.take('/')) return undefined
    if (this.text === '/') return { segments: [], verb: '', variables: [] }
    if (!this.readSegments(false)) return undefined
    let verb = ''
    if (this.take(':')) {
      verb = this.readLiteral()
      if (verb === '') return undefined
    }
    if (this.at !== this.text.length) return undefined
    const rest = this.segments.indexOf('**')
    if (rest >= 0 && rest !== this.segments.length - 1) return undefined
    for (const variable of this.variables)
      if (rest >= 0 && variable.end === this.segments.length) variable.end = verb === '' ? -1 : -2
    return { segments: this.segments, verb, variables: this.variables }
  }

  private readSegments(inVariable: boolean): boolean {
    do {
      if (!this.readSegment(inVariable)) return false
    } while (this.take('/'))
    return true
  }

  private readSegment(inVariable: boolean): boolean {
    if (this.take('**')) this.segments.push('**')
    else if (this.take('*')) this.segments.push('*')
    else if (this.take('{')) return !inVariable && this.readVariable()
    else {
      const literal = this.readLiteral()
      if (literal === '') return false
      this.segments.push(literal)
    }
    return true
  }

  private readVariable(): boolean {
    const path = /^[A-Za-z_][\w]*(\.[A-Za-z_]\w*)*/.exec(this.text.slice(this.at))?.[0]
    if (!path) return false
    this.at += path.length
    const start = this.segments.length
    if (this.take('=')) {
      if (!this.readSegments(true)) return false
    } else this.segments.push('*')
    this.variables.push({ fieldPath: path.split('.'), start, end: this.segments.length })
    return this.take('}')
  }

  private readLiteral(): string {
    const literal = /^[^/{}:*=]*/.exec(this.text.slice(this.at))![0]
    this.at += literal.length
    return literal
  }

  private take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false
    this.at += token.length
    return true
  }
}

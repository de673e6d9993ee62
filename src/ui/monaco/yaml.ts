import { type editor, type languages, monaco } from './monaco.ts'

/** What a text's schema can say; offsets into the text. */
export interface YamlSource {
  complete(
    text: string,
    offset: number,
  ): {
    start: number
    items: {
      label: string
      kind: 'field' | 'value' | 'type'
      insert: string
      detail: string
      deprecated: boolean
      required: boolean
    }[]
  }
  hover(text: string, offset: number): { start: number; end: number; title: string; notes: string[] } | undefined
}

const sources = new WeakMap<editor.ITextModel, YamlSource>()

/** Says whose schema a model goes by. */
export function setYamlSource(model: editor.ITextModel, source: YamlSource): void {
  sources.set(model, source)
}

const KINDS = {
  field: monaco.languages.CompletionItemKind.Property,
  value: monaco.languages.CompletionItemKind.EnumMember,
  type: monaco.languages.CompletionItemKind.Class,
}

let registered = false

/** Completion and hover for YAML, once for the page. */
export function registerYaml(): void {
  if (registered) return
  registered = true
  monaco.languages.registerCompletionItemProvider('yaml', {
    triggerCharacters: [' ', ':', '"', '@', '/', '\n'],
    provideCompletionItems(model, position) {
      const source = sources.get(model)
      if (!source) return { suggestions: [] }
      const offset = model.getOffsetAt(position)
      const { start, items } = source.complete(model.getValue(), offset)
      const range = monaco.Range.fromPositions(model.getPositionAt(start), position)
      const typed = model.getValueInRange(range)
      return { suggestions: items.map((item) => suggestion(item, range, typed)) }
    },
  })
  monaco.languages.registerHoverProvider('yaml', {
    provideHover(model, position) {
      const found = sources.get(model)?.hover(model.getValue(), model.getOffsetAt(position))
      if (!found) return null
      const range = monaco.Range.fromPositions(model.getPositionAt(found.start), model.getPositionAt(found.end))
      return { range, contents: [{ value: `**${found.title}**` }, ...found.notes.map((value) => ({ value }))] }
    },
  })
}

function suggestion(
  item: ReturnType<YamlSource['complete']>['items'][number],
  range: languages.CompletionItem['range'],
  typed: string,
): languages.CompletionItem {
  return {
    label: item.label,
    kind: KINDS[item.kind],
    detail: item.detail,
    insertText: item.insert,
    // A type may be looked for by its URL or by its name, quotes and all.
    filterText:
      item.kind === 'type' ? `${/^["']/.test(typed) ? typed[0] : ''}${item.insert} ${item.label}` : item.label,
    sortText: `${item.deprecated ? 'c' : item.required ? 'a' : 'b'}${item.label}`,
    ...(item.insert.includes('$')
      ? { insertTextRules: monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet }
      : {}),
    ...(item.deprecated ? { tags: [monaco.languages.CompletionItemTag.Deprecated] } : {}),
    range,
  }
}

import {
  type Completion,
  completeLua,
  definitionLua,
  foldLua,
  hoverLua,
  type LuaContext,
  referencesLua,
  renameLua,
  signatureLua,
} from '../../lua/editor-data/index.ts'
import { type editor, type languages, monaco } from './monaco.ts'

/** What is known of where each model's script stands. */
const contexts = new WeakMap<editor.ITextModel, LuaContext>()

/** Tells the providers where a script stands. */
export function setLuaContext(model: editor.ITextModel, context: LuaContext): void {
  contexts.set(model, context)
}

const KINDS: Record<Completion['kind'], languages.CompletionItemKind> = {
  method: monaco.languages.CompletionItemKind.Method,
  function: monaco.languages.CompletionItemKind.Function,
  variable: monaco.languages.CompletionItemKind.Variable,
  keyword: monaco.languages.CompletionItemKind.Keyword,
  library: monaco.languages.CompletionItemKind.Module,
  field: monaco.languages.CompletionItemKind.Field,
  snippet: monaco.languages.CompletionItemKind.Snippet,
  value: monaco.languages.CompletionItemKind.Value,
}

function rangeOf(model: editor.ITextModel, { start, end }: { start: number; end: number }) {
  return monaco.Range.fromPositions(model.getPositionAt(start), model.getPositionAt(end))
}

function documentation(doc: string, link: string | undefined): { value: string } {
  return { value: link ? `${doc}\n\n[Documentation](${link})` : doc }
}

let registered = false

/** Teaches Monaco Envoy's Lua, once for the page. */
export function registerLua(): void {
  if (registered) return
  registered = true
  monaco.languages.setLanguageConfiguration('lua', INDENT)
  monaco.languages.registerCompletionItemProvider('lua', {
    triggerCharacters: [':', '.', '"'],
    provideCompletionItems(model, position) {
      const word = model.getWordUntilPosition(position)
      const range = {
        startLineNumber: position.lineNumber,
        endLineNumber: position.lineNumber,
        startColumn: word.startColumn,
        endColumn: position.column,
      }
      const found = completeLua(model.getValue(), model.getOffsetAt(position), contexts.get(model))
      return { suggestions: found.map((one) => suggestion(one, range)) }
    },
  })
  monaco.languages.registerHoverProvider('lua', {
    provideHover(model, position) {
      const found = hoverLua(model.getValue(), model.getOffsetAt(position))
      if (!found) return null
      const title = { value: `\`\`\`lua\n${found.title}\n\`\`\`` }
      return { range: rangeOf(model, found), contents: [title, documentation(found.doc, found.link)] }
    },
  })
  monaco.languages.registerSignatureHelpProvider('lua', {
    signatureHelpTriggerCharacters: ['(', ','],
    provideSignatureHelp(model, position) {
      const found = signatureLua(model.getValue(), model.getOffsetAt(position))
      if (!found) return null
      const parameters = found.parameters.map(({ label, doc }) => ({ label, documentation: doc }))
      const signature = { label: found.title, documentation: found.doc, parameters }
      const value = { signatures: [signature], activeSignature: 0, activeParameter: found.active }
      return { value, dispose: () => undefined }
    },
  })
  monaco.languages.registerDefinitionProvider('lua', {
    provideDefinition(model, position) {
      const found = definitionLua(model.getValue(), model.getOffsetAt(position))
      return found ? { uri: model.uri, range: rangeOf(model, found) } : null
    },
  })
  monaco.languages.registerReferenceProvider('lua', {
    provideReferences(model, position) {
      const found = referencesLua(model.getValue(), model.getOffsetAt(position))
      return found.map((one) => ({ uri: model.uri, range: rangeOf(model, one) }))
    },
  })
  monaco.languages.registerRenameProvider('lua', {
    provideRenameEdits(model, position, name) {
      const found = renameLua(model.getValue(), model.getOffsetAt(position), name)
      if ('problem' in found) return { edits: [], rejectReason: found.problem }
      return {
        edits: found.edits.map((one) => ({
          resource: model.uri,
          versionId: model.getVersionId(),
          textEdit: { range: rangeOf(model, one), text: name },
        })),
      }
    },
  })
  monaco.languages.registerFoldingRangeProvider('lua', {
    provideFoldingRanges: (model) => foldLua(model.getValue()),
  })
  monaco.languages.registerDocumentFormattingEditProvider('lua', {
    async provideDocumentFormattingEdits(model) {
      const { formatLua } = await import('./format-lua.ts')
      return [{ range: model.getFullModelRange(), text: await formatLua(model.getValue()) }]
    },
  })
}

function suggestion(one: Completion, range: languages.CompletionItem['range']): languages.CompletionItem {
  const snippet = one.kind === 'snippet'
  return {
    label: one.label,
    kind: KINDS[one.kind],
    detail: one.detail,
    documentation: documentation(one.doc, one.link),
    insertText: one.insert ?? one.label,
    ...(snippet ? { insertTextRules: monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet } : {}),
    sortText: `${order(one)}${one.label}`,
    range,
  }
}

// Every object logs: what only this one does comes first. Snippets come last.
function order({ kind, label }: Completion): string {
  if (kind === 'snippet') return 'z'
  return kind === 'method' && /^log[A-Z]/.test(label) ? 'm' : 'a'
}

/** Blocks indent what is in them, and what ends one goes back. */
const INDENT: languages.LanguageConfiguration = {
  indentationRules: {
    increaseIndentPattern:
      /^((?!--).)*(\b(else|then|do|repeat)\b((?!\b(end|until)\b).)*|\bfunction\b((?!\bend\b).)*|[{(]\s*)$/,
    decreaseIndentPattern: /^\s*(elseif|else|end|until)\b|^\s*[})]/,
  },
}

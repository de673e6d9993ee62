import { useEffect, useRef } from 'react'
import { useColorScheme } from '../theme.ts'
import classes from './CodeEditor.module.css'
import { type editor, monaco } from './monaco.ts'
import { applyEditorTheme } from './theme.ts'

/** A mounted editor, for what goes beyond its text. */
export interface MountedEditor {
  editor: editor.IStandaloneCodeEditor
  model: editor.ITextModel
}

interface CodeEditorProps {
  language: 'lua' | 'yaml'
  /** What it holds, to a screen reader. */
  label: string
  /** The text. While the user types the editor leads; only a text from elsewhere is put in its place. */
  text: string
  readOnly?: boolean
  lineNumbers?: boolean
  glyphMargin?: boolean
  onChange(text: string): void
  /** Called once it is there; what it returns is called before it goes. */
  onMount?(mounted: MountedEditor): (() => void) | undefined
}

/** Nothing of the editor's own that Escape would close. */
const CALM =
  'editorTextFocus && !suggestWidgetVisible && !parameterHintsVisible && !findWidgetVisible && !renameInputVisible && !inSnippetMode && !markersNavigationVisible && !editorHasSelection && !editorHasMultipleSelections && !referenceSearchVisible && !editorHoverVisible'

let count = 0

/** Monaco, for one text. Escape leaves it for the tab above, so that the Tab key's use for indenting is no trap. */
export default function CodeEditor(props: CodeEditorProps) {
  const { language, label, text, readOnly = false, glyphMargin = false } = props
  const holder = useRef<HTMLDivElement>(null)
  const mounted = useRef<MountedEditor>(undefined)
  const latest = useRef(props)
  latest.current = props
  const scheme = useColorScheme()

  useEffect(() => {
    const uri = monaco.Uri.parse(`inmemory://inspector/${++count}.${language}`)
    const model = monaco.editor.createModel(latest.current.text, language, uri)
    model.updateOptions({
      tabSize: 2,
      insertSpaces: true,
      bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
    })
    applyEditorTheme(document.documentElement.dataset.mantineColorScheme === 'light' ? 'light' : 'dark')
    const instance = monaco.editor.create(holder.current!, {
      ...OPTIONS,
      model,
      glyphMargin,
      readOnly: latest.current.readOnly ?? false,
      ariaLabel: `${label}. Escape leaves the editor.`,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
    })
    instance.addAction({
      id: 'leave',
      label: 'Leave the editor',
      keybindings: [monaco.KeyCode.Escape],
      precondition: CALM,
      run: () =>
        holder.current?.closest('aside')?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus(),
    })
    mounted.current = { editor: instance, model }
    const listening = model.onDidChangeContent(() => latest.current.onChange(model.getValue()))
    const unmount = latest.current.onMount?.(mounted.current)
    return () => {
      unmount?.()
      listening.dispose()
      mounted.current = undefined
      instance.dispose()
      model.dispose()
    }
  }, [language, label, glyphMargin])

  useEffect(() => {
    const now = mounted.current
    if (now && now.model.getValue() !== text) replaceText(now.model, text)
  }, [text])

  useEffect(() => mounted.current?.editor.updateOptions({ readOnly }), [readOnly])
  useEffect(() => applyEditorTheme(scheme), [scheme])

  // React Flow takes the space bar everywhere but in form fields, and in what has this class.
  return <div ref={holder} className={`${classes.editor} nokey`} data-language={language} />
}

const OPTIONS: editor.IStandaloneEditorConstructionOptions = {
  automaticLayout: true,
  minimap: { enabled: false },
  fontSize: 12,
  lineHeight: 19,
  lineNumbersMinChars: 3,
  lineDecorationsWidth: 8,
  guides: { indentation: false },
  autoIndent: 'full',
  scrollBeyondLastLine: false,
  padding: { top: 6, bottom: 6 },
  overviewRulerLanes: 0,
  overviewRulerBorder: false,
  hideCursorInOverviewRuler: true,
  renderLineHighlight: 'line',
  renderLineHighlightOnlyWhenFocus: true,
  scrollbar: { verticalScrollbarSize: 9, horizontalScrollbarSize: 9, useShadows: false },
  // Widgets may be wider than the panel.
  fixedOverflowWidgets: true,
  wordBasedSuggestions: 'off',
  quickSuggestions: { other: true, comments: false, strings: true },
  // Enter after a word that is whole already is a new line.
  acceptSuggestionOnEnter: 'smart',
  suggest: { showWords: false, preview: false },
  tabSize: 2,
  occurrencesHighlight: 'singleFile',
  'semanticHighlighting.enabled': false,
  stickyScroll: { enabled: false },
}

/** Puts a text from elsewhere in the place of the model's, touching only what differs: the caret stays where it was. */
export function replaceText(model: editor.ITextModel, text: string): void {
  const old = model.getValue()
  let start = 0
  const most = Math.min(old.length, text.length)
  while (start < most && old[start] === text[start]) start++
  let end = 0
  while (end < most - start && old[old.length - 1 - end] === text[text.length - 1 - end]) end++
  const range = monaco.Range.fromPositions(model.getPositionAt(start), model.getPositionAt(old.length - end))
  model.pushEditOperations([], [{ range, text: text.slice(start, text.length - end) }], () => null)
}

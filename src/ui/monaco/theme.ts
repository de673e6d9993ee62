import { monaco } from './monaco.ts'

/** Tokens of the grammars, and the colour of tokens.css that each takes. */
const RULES: [token: string, color: string, style?: string][] = [
  ['comment', '--faint', 'italic'],
  ['keyword', '--listener'],
  ['string', '--network'],
  ['string.escape', '--route'],
  ['number', '--route'],
  ['type', '--http'],
  ['delimiter', '--dim'],
  ['identifier', '--text'],
]

const COLORS: Record<string, string> = {
  'editor.background': '--panel',
  'editor.foreground': '--text',
  'editorLineNumber.foreground': '--faint',
  'editorLineNumber.activeForeground': '--text',
  'editorCursor.foreground': '--accent',
  'editor.lineHighlightBackground': '--raised',
  'editor.lineHighlightBorder': '--raised',
  'editor.selectionBackground': '--selected',
  'editor.inactiveSelectionBackground': '--hover',
  'editorBracketHighlight.foreground1': '--dim',
  'editorBracketHighlight.foreground2': '--dim',
  'editorBracketHighlight.foreground3': '--dim',
  'editor.wordHighlightBackground': '--line',
  'editor.wordHighlightStrongBackground': '--line',
  'editor.wordHighlightTextBackground': '--line',
  'editorIndentGuide.background1': '--line',
  'editorIndentGuide.activeBackground1': '--line2',
  'editorWidget.background': '--panel',
  'editorWidget.foreground': '--text',
  'editorWidget.border': '--line2',
  'editorSuggestWidget.background': '--panel',
  'editorSuggestWidget.border': '--line2',
  'editorSuggestWidget.foreground': '--text',
  'editorSuggestWidget.selectedBackground': '--selected',
  'editorSuggestWidget.selectedForeground': '--text',
  'editorSuggestWidget.highlightForeground': '--accent-text',
  'editorSuggestWidget.focusHighlightForeground': '--accent-text',
  'editorHoverWidget.background': '--panel',
  'editorHoverWidget.border': '--line2',
  'editorError.foreground': '--bad',
  'editorWarning.foreground': '--warn',
  'editorInfo.foreground': '--accent',
  'editorGutter.background': '--panel',
  'input.background': '--raised',
  'input.foreground': '--text',
  'input.border': '--line2',
  'list.hoverBackground': '--hover',
  'list.focusBackground': '--selected',
  'list.activeSelectionBackground': '--selected',
  'list.activeSelectionForeground': '--text',
  'menu.background': '--panel',
  'menu.foreground': '--text',
  'menu.selectionBackground': '--selected',
  'menu.selectionForeground': '--text',
  'textLink.foreground': '--accent-text',
  focusBorder: '--accent',
  'scrollbarSlider.background': '--line2',
}

/** Makes the editors look like the rest of the app in the scheme that the page has now. */
export function applyEditorTheme(scheme: 'light' | 'dark'): void {
  const styles = getComputedStyle(document.documentElement)
  // The build writes #ffffff as #fff, which the editor does not know.
  const read = (name: string): string =>
    styles
      .getPropertyValue(name)
      .trim()
      .replace(/^#(\w)(\w)(\w)$/, '#$1$1$2$2$3$3')
  const name = `chainwright-${scheme}`
  monaco.editor.defineTheme(name, {
    base: scheme === 'dark' ? 'vs-dark' : 'vs',
    inherit: true,
    rules: RULES.map(([token, color, fontStyle]) => ({
      token,
      foreground: read(color).replace('#', ''),
      ...(fontStyle ? { fontStyle } : {}),
    })),
    colors: Object.fromEntries(Object.entries(COLORS).map(([key, color]) => [key, read(color)])),
  })
  monaco.editor.setTheme(name)
}

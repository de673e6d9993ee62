import { type editor, monaco } from './monaco.ts'

/** Something to underline. Offsets into the text. */
export interface Mark {
  start: number
  end: number
  severity: 'error' | 'warning' | 'info'
  message: string
  deprecated?: boolean
}

const SEVERITY = {
  error: monaco.MarkerSeverity.Error,
  warning: monaco.MarkerSeverity.Warning,
  info: monaco.MarkerSeverity.Info,
}

/** Underlines these and nothing else. */
export function setMarks(model: editor.ITextModel, marks: readonly Mark[]): void {
  if (model.isDisposed()) return
  monaco.editor.setModelMarkers(
    model,
    'chainwright',
    marks.map(({ start, end, severity, message, deprecated }) => {
      const from = model.getPositionAt(start)
      const to = model.getPositionAt(Math.max(end, start + 1))
      return {
        startLineNumber: from.lineNumber,
        startColumn: from.column,
        endLineNumber: to.lineNumber,
        endColumn: to.column,
        severity: SEVERITY[severity],
        message,
        ...(deprecated ? { tags: [monaco.MarkerTag.Deprecated] } : {}),
      }
    }),
  )
}

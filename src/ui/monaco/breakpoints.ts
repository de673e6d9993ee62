import classes from './breakpoints.module.css'
import type { MountedEditor } from './CodeEditor.tsx'
import { type editor, monaco } from './monaco.ts'

interface Breakpoints {
  lines: readonly number[]
  /** The line that a step of the last run is at. */
  current: number | undefined
  onToggle(line: number): void
}

/** Draws breakpoints in the margin and lets a click there, or F9, set them. Gives back what takes them away. */
export function addBreakpoints({ editor: instance, model }: MountedEditor, points: Breakpoints): () => void {
  const { lines, current, onToggle } = points
  const decorations: editor.IModelDeltaDecoration[] = lines
    .filter((line) => line <= model.getLineCount())
    .map((line) => ({
      range: new monaco.Range(line, 1, line, 1),
      options: {
        glyphMarginClassName: classes.point,
        glyphMarginHoverMessage: { value: 'Breakpoint: the run records the locals at each line' },
      },
    }))
  if (current !== undefined && current <= model.getLineCount()) {
    const options = { isWholeLine: true, className: classes.current }
    decorations.push({ range: new monaco.Range(current, 1, current, 1), options })
  }
  const drawn = instance.createDecorationsCollection(decorations)
  const clicks = instance.onMouseDown(({ target }) => {
    const inMargin =
      target.type === monaco.editor.MouseTargetType.GUTTER_GLYPH_MARGIN ||
      target.type === monaco.editor.MouseTargetType.GUTTER_LINE_NUMBERS
    if (inMargin && target.position) onToggle(target.position.lineNumber)
  })
  const key = instance.addAction({
    id: 'toggle-breakpoint',
    label: 'Set or remove a breakpoint',
    keybindings: [monaco.KeyCode.F9],
    contextMenuGroupId: 'debug',
    run: (of) => {
      const line = of.getPosition()?.lineNumber
      if (line !== undefined) onToggle(line)
    },
  })
  return () => {
    drawn.clear()
    clicks.dispose()
    key.dispose()
  }
}

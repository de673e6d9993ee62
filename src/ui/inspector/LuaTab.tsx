import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { diagnoseLua } from '../../lua/editor-data/index.ts'
import { getAt, member } from '../../model/json.ts'
import { useApp, useServices } from '../context.ts'
import { addBreakpoints } from '../monaco/breakpoints.ts'
import CodeEditor, { type MountedEditor } from '../monaco/CodeEditor.tsx'
import { registerLua, setLuaContext } from '../monaco/lua.ts'
import { setMarks } from '../monaco/markers.ts'
import { monaco } from '../monaco/monaco.ts'
import { runRequest } from '../simulate/run.ts'
import formClasses from './form/form.module.css'
import classes from './Inspector.module.css'
import { type Script, scriptsOf } from './lua/find-scripts.ts'
import { breakpointKey, luaContext, scriptName, withText } from './lua/scripts.ts'
import { plainName, stepAtBreakpoint, stepsOf, toggleLine } from './lua/steps.ts'
import { StepFooter } from './StepFooter.tsx'
import type { Subject } from './subject.ts'
import { useEditObject } from './use-edit.ts'

/** How long a script rests before it is applied and checked. */
const APPLY = 150
const CHECK = 300

/** The scripts of the selected object, one at a time. */
export default function LuaTab({ subject, locked }: { subject: Subject; locked: boolean }) {
  const scripts = useMemo(() => scriptsOf(subject) ?? [], [subject])
  const [label, setLabel] = useState(scripts[0]?.label)
  // Somebody asked for a line of one of them.
  const place = useApp((state) => state.run.place)
  useEffect(() => {
    const asked = place && scripts.find((one) => scriptName(subject, one) === plainName(place.script))
    if (asked) setLabel(asked.label)
  }, [place, scripts, subject])
  const script = scripts.find((one) => one.label === label) ?? scripts[0]
  if (!script) return <p className={classes.note}>There is no script here.</p>
  return (
    <>
      {scripts.length > 1 && (
        <label className={classes.chooser}>
          Script
          <select
            className={formClasses.select}
            value={script.label}
            onChange={(event) => setLabel(event.target.value)}
          >
            {scripts.map((one) => (
              <option key={one.label}>{one.label}</option>
            ))}
          </select>
        </label>
      )}
      {script.elsewhere && (
        <p className={classes.note}>
          The script is in <code>{script.elsewhere}</code>, which is not here. What you write takes its place.
        </p>
      )}
      <ScriptEditor key={script.path.join('/')} subject={subject} script={script} locked={locked} />
    </>
  )
}

function ScriptEditor({ subject, script, locked }: { subject: Subject; script: Script; locked: boolean }) {
  const services = useServices()
  const { store, catalogue } = services
  const change = useEditObject(subject)
  const design = useApp((state) => state.design)
  // After an edit the lines are no longer those that ran.
  const scriptSteps = useApp((state) => (state.run.stale ? undefined : state.run.scriptSteps))
  const key = breakpointKey(subject, script)
  const stored = member(member(design?.view, 'breakpoints'), key)
  const lines = useMemo(() => linesOf(stored), [stored])
  const name = scriptName(subject, script)
  const steps = useMemo(() => stepsOf(scriptSteps, name), [scriptSteps, name])
  const [text, setText] = useState(script.text)
  const [at, setAt] = useState(0)
  const [mounted, setMounted] = useState<MountedEditor>()
  const state = useRef({ text: script.text, applied: script.text })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef({ change, script, subject })
  latest.current = { change, script, subject }

  // Edited elsewhere.
  useEffect(() => {
    if (script.text === state.current.applied) return
    state.current = { text: script.text, applied: script.text }
    setText(script.text)
  }, [script.text])

  const apply = useCallback(() => {
    clearTimeout(timer.current)
    timer.current = undefined
    const now = state.current
    if (now.text === now.applied) return
    now.applied = now.text
    const { change: put, script: of, subject: where } = latest.current
    const source = getAt(where.value, of.path.slice(0, -1))
    const { path, value } = withText(of, source, now.text)
    put(path, value, { typing: true })
  }, [])
  const onChange = useCallback(
    (next: string) => {
      state.current.text = next
      clearTimeout(timer.current)
      timer.current = setTimeout(apply, APPLY)
    },
    [apply],
  )
  useEffect(() => apply, [apply])

  const onMount = useCallback(
    (editor: MountedEditor) => {
      registerLua()
      setMounted(editor)
      const running = editor.editor.addAction({
        id: 'run-request',
        label: 'Run the request',
        keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter],
        run: () => {
          apply()
          void runRequest(services)
        },
      })
      // What is run or exported after the editor was left is what it showed.
      const leaving = editor.editor.onDidBlurEditorText(apply)
      return () => {
        running.dispose()
        leaving.dispose()
      }
    },
    [apply, services],
  )

  const config = design?.config
  const { field, kind } = script
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the design, its configuration is read.
  const context = useMemo(
    () => (design ? { ...luaContext(design, subject, field, catalogue), kind } : {}),
    [config, subject, field, kind, catalogue],
  )
  useEffect(() => {
    if (!mounted) return
    const { model } = mounted
    setLuaContext(model, context)
    let checking: ReturnType<typeof setTimeout> | undefined
    const check = (): void => {
      clearTimeout(checking)
      checking = setTimeout(() => {
        if (model.isDisposed()) return
        const found = diagnoseLua(model.getValue(), context)
        setMarks(
          model,
          found.map(({ start, end, severity, message, suggestion, code }) => ({
            start,
            end,
            severity,
            message: suggestion ? `${message}; write ${suggestion}` : message,
            deprecated: code.includes('deprecated'),
          })),
        )
      }, CHECK)
    }
    check()
    const listening = model.onDidChangeContent(check)
    return () => {
      clearTimeout(checking)
      listening.dispose()
    }
  }, [mounted, context])

  const toggle = useCallback(
    (line: number) => {
      const view = store.getState().design?.view
      const all = { ...((member(view, 'breakpoints') ?? {}) as Record<string, number[]>) }
      const next = toggleLine(linesOf(all[key]), line)
      const { [key]: _, ...others } = all
      store.getState().setView({ breakpoints: next.length > 0 ? { ...others, [key]: next } : others })
    },
    [store, key],
  )
  const place = useApp((state) => state.run.place)
  useEffect(() => {
    if (!mounted || !place || plainName(place.script) !== name) return
    mounted.editor.revealLineInCenter(place.line)
    mounted.editor.setPosition({ lineNumber: place.line, column: 1 })
    mounted.editor.focus()
    store.getState().setRun({ place: undefined })
  }, [mounted, place, name, store])
  const step = steps[Math.min(at, steps.length - 1)]
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run is looked at from the first breakpoint on, a new one does not lead on.
  useEffect(() => setAt(Math.max(0, stepAtBreakpoint(steps, lines, 0, 1))), [steps])
  useEffect(
    () => (mounted ? addBreakpoints(mounted, { lines, current: step?.line, onToggle: toggle }) : undefined),
    [mounted, lines, step?.line, toggle],
  )

  return (
    <>
      <CodeEditor
        language="lua"
        label={`${subject.title}, Lua script`}
        text={text}
        readOnly={locked}
        glyphMargin
        onChange={onChange}
        onMount={onMount}
      />
      <StepFooter
        steps={steps}
        passed={steps.length === 0 && (scriptSteps?.length ?? 0) > 0}
        lines={lines}
        at={Math.min(at, Math.max(0, steps.length - 1))}
        onStep={(next) => {
          setAt(next)
          const line = steps[next]?.line
          if (line !== undefined) mounted?.editor.revealLineInCenterIfOutsideViewport(line)
        }}
        onFormat={locked ? undefined : () => void mounted?.editor.getAction('editor.action.formatDocument')?.run()}
      />
    </>
  )
}

function linesOf(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((line) => typeof line === 'number') : []
}

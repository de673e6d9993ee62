import { useCallback, useEffect, useRef, useState } from 'react'
import { DocumentError } from '../../envoy/document/read.ts'
import type { EnvoyRegistry } from '../../envoy/registry.ts'
import { createPlanner } from '../../envoy/schema/plan.ts'
import { asText, type JsonObject, member, type Path, sameJson } from '../../model/json.ts'
import { idOfPath, pathOfId } from '../../model/locate.ts'
import type { AppStore } from '../../store/app.ts'
import { useServices } from '../context.ts'
import CodeEditor, { type MountedEditor } from '../monaco/CodeEditor.tsx'
import { setMarks } from '../monaco/markers.ts'
import { registerYaml, setYamlSource } from '../monaco/yaml.ts'
import classes from './Inspector.module.css'
import { isLarger } from './size.ts'
import type { Subject } from './subject.ts'
import { useEditObject } from './use-edit.ts'
import { completeYaml, hoverYaml } from './yaml/complete.ts'
import { marksOf } from './yaml/marks.ts'
import type { YamlSchema } from './yaml/schema.ts'
import { followYaml, fromYaml, hasComments, isBlank } from './yaml/text.ts'

interface YamlTabProps {
  subject: Subject
  registry: EnvoyRegistry
  locked: boolean
}

/** How long a text rests before it is applied, and checked. */
const APPLY = 200
const CHECK = 350
/** A text is often not YAML while a word of it is being typed: that is said when the user pauses. */
const COMPLAIN = 900
/** Characters of YAML past which an object is edited through its parts. */
const MOST = 400_000

/** The selected object as YAML. The text leads while it is edited; edits made elsewhere change the lines they concern. */
export default function YamlTab(props: YamlTabProps) {
  const { value } = props.subject
  const [large] = useState(() => isLarger(value, MOST))
  if (large) {
    return (
      <p className={classes.note}>
        This object is more than {Math.round(MOST / 1000)} kB of YAML. Edit its parts: each has a card on the canvas.
      </p>
    )
  }
  return <YamlEditor {...props} />
}

function YamlEditor({ subject, registry, locked }: YamlTabProps) {
  const { store } = useServices()
  const change = useEditObject(subject)
  const { value, id, typeName } = subject
  const [text, setText] = useState(() => followYaml(commentsOf(store.getState().design?.view, id), value))
  const [problem, setProblem] = useState<string>()
  const state = useRef({ text, applied: value, valid: value as JsonObject, broken: false })
  const applyTimer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const complaint = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef({ change, path: subject.path })
  latest.current = { change, path: subject.path }

  // Edited elsewhere: the form, undo, the canvas.
  useEffect(() => {
    const now = state.current
    if (sameJson(value, now.applied)) return
    now.applied = value
    now.valid = value
    if (now.broken) {
      setProblem('The object was changed elsewhere while this text could not be read. The text is still here.')
      return
    }
    now.text = followYaml(now.text, value)
    setText(now.text)
  }, [value])

  const apply = useCallback(() => {
    clearTimeout(applyTimer.current)
    clearTimeout(complaint.current)
    applyTimer.current = undefined
    const now = state.current
    // Cleared, to write something else: nothing that should empty the object meanwhile.
    if (isBlank(now.text)) return
    let json: JsonObject
    try {
      json = fromYaml(now.text)
    } catch (error) {
      now.broken = true
      complaint.current = setTimeout(() => setProblem(placeOf(error)), COMPLAIN)
      return
    }
    now.broken = false
    now.valid = json
    setProblem(undefined)
    if (!sameJson(json, now.applied)) {
      now.applied = json
      latest.current.change([], json, { typing: true })
    }
    keepComments(store, latest.current.path, now.text)
  }, [store])

  const onChange = useCallback(
    (next: string) => {
      if (next === state.current.text) return
      state.current.text = next
      clearTimeout(applyTimer.current)
      clearTimeout(complaint.current)
      applyTimer.current = setTimeout(apply, APPLY)
    },
    [apply],
  )
  // What was typed last is not lost with the tab.
  useEffect(() => () => void (applyTimer.current !== undefined && apply()), [apply])

  const onMount = useCallback(
    ({ model }: MountedEditor) => {
      registerYaml()
      const schema: YamlSchema = { registry, planner: createPlanner(registry.types), typeName }
      setYamlSource(model, {
        complete: (of, offset) => completeYaml(of, offset, state.current.valid, schema),
        hover: (of, offset) => hoverYaml(of, offset, state.current.valid, schema),
      })
      let timer: ReturnType<typeof setTimeout> | undefined
      const check = (): void => {
        clearTimeout(timer)
        timer = setTimeout(() => {
          const version = model.getVersionId()
          void marksOf(model.getValue(), typeName, registry).then((marks) => {
            if (!model.isDisposed() && model.getVersionId() === version) setMarks(model, marks)
          })
        }, CHECK)
      }
      check()
      const listening = model.onDidChangeContent(check)
      return () => {
        clearTimeout(timer)
        listening.dispose()
      }
    },
    [registry, typeName],
  )

  return (
    <>
      <CodeEditor
        language="yaml"
        label={`${subject.title} as YAML`}
        text={text}
        readOnly={locked}
        onChange={onChange}
        onMount={onMount}
      />
      {problem && (
        <p className={classes.failure} role="alert">
          {problem} <span>What could be read last stays applied.</span>
        </p>
      )}
    </>
  )
}

function placeOf(error: unknown): string {
  const message = (error as Error).message.split('\n', 1)[0] ?? ''
  if (!(error instanceof DocumentError) || /line \d/.test(message)) return `${message}.`
  return `Line ${error.line}, column ${error.column}: ${message}.`
}

/** The text that the user wrote for an object, with its comments; '' when there is none. */
function commentsOf(view: unknown, id: string): string {
  return asText(member(member(view, 'comments'), id)) ?? ''
}

/** Keeps the text of an object in the design's view, if it has comments: they are part of no message. */
function keepComments({ getState }: AppStore, path: Path, text: string): void {
  const { design, setView } = getState()
  const id = design && idOfPath(design, path)?.id
  if (!design || id === undefined) return
  const comments = (member(design.view, 'comments') ?? {}) as Record<string, string>
  const wanted = hasComments(text) ? text : undefined
  if (comments[id] === wanted) return
  // Those of objects that are gone, or have another name by now, go too.
  const others = Object.entries(comments).filter(([key]) => key !== id && pathOfId(design, key))
  setView({ comments: Object.fromEntries(wanted === undefined ? others : [...others, [id, wanted]]) })
}

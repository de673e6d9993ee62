import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Design, DesignView, EnvoyConfig } from '../model/design.ts'
import { withView } from '../model/edits/config.ts'
import type { Edit } from '../model/edits/edit.ts'
import { idOfPath, pathOfId } from '../model/locate.ts'
import type { FilterPlace } from '../model/place.ts'
import type { RunStep } from '../model/run.ts'
import { emptyHistory, type History, record, redo, undo } from './history.ts'

/** Something to tell the user about the document, with the place it concerns. */
export interface Finding {
  severity: 'error' | 'warning' | 'info'
  /** Path in the document, as text: `listeners[0].filter_chains[0]`. */
  path: string
  rule: string
  message: string
  suggestion?: string
}

/** What came of one request of a run: what the panel shows in full and the canvas in marks. `result` is the case format's. */
export interface RunOutcome {
  steps: readonly RunStep[]
  truncated: boolean
  result: unknown
  /** How long it took, in milliseconds of real time. */
  tookMs: number
}

/** One line that a script ran. */
export interface ScriptStep {
  /** Document path of the script's source. */
  script: string
  handler: string
  line: number
  locals: readonly { name: string; value: string }[]
  /** Variables of the script around the function that it uses. */
  upvalues?: readonly { name: string; value: string }[]
}

export interface RunState {
  status: 'idle' | 'running' | 'done' | 'failed'
  /** Which request was sent. */
  request: number
  outcome?: RunOutcome
  /** Of every request and connection of the last run, in the design's order; `outcome` is one of them. */
  outcomes?: readonly RunOutcome[]
  /** Lines that scripts ran, with their locals, when the run was asked to step. */
  scriptSteps?: readonly ScriptStep[]
  /** Why there is no outcome. */
  error?: string
  /** Place in the document that the error is about. */
  errorPath?: string
  /** The step that is looked at. */
  step?: number
  /** The line of a script that was asked for, until its editor shows it. */
  place?: { script: string; line: number }
  /** The design that was run. */
  of?: Design
  /** What traffic depends on was edited since. */
  stale: boolean
}

export type PanelName = 'palette' | 'inspector' | 'simulate'
export type DialogName = 'export' | 'share' | 'import' | 'keys' | 'findings' | 'istio'

/** A message at the edge of the screen. `error` stays until it is dismissed. */
export interface Notice {
  kind: 'info' | 'error'
  text: string
}

export interface AppState {
  /** Under which id the design is saved; undefined on the start screen. */
  id: string | undefined
  design: Design | undefined
  /** The untouched configuration that the design started from, once it is loaded. */
  base: EnvoyConfig | undefined
  history: History
  selection: string | undefined
  /** The gap that the palette inserts into; undefined: after the selection. */
  gap: FilterPlace | undefined
  panels: Record<PanelName, boolean>
  dialog: DialogName | undefined
  findings: readonly Finding[]
  run: RunState
  notice: Notice | undefined
  /** How autosave fares. */
  saving: 'saved' | 'pending' | 'failed'
}

export interface AppActions {
  /** Shows a design under an id, with an empty history. */
  open(id: string, design: Design, base?: EnvoyConfig): void
  setBase(base: EnvoyConfig | undefined): void
  /** Back to the start screen; the design stays saved. */
  close(): void
  /** Applies an edit. Edits in a row with the same `merge` key are undone together. */
  apply(edit: Edit, options?: { merge?: string }): void
  undo(): void
  redo(): void
  select(id: string | undefined): void
  setGap(gap: FilterPlace | undefined): void
  /** Changes what is looked at; not an edit. */
  setView(change: Partial<DesignView>): void
  togglePanel(panel: PanelName, open?: boolean): void
  showDialog(dialog: DialogName | undefined): void
  setFindings(findings: readonly Finding[]): void
  setRun(run: Partial<RunState>): void
  notify(notice: Notice | undefined): void
  setSaving(saving: AppState['saving']): void
}

export type AppStore = StoreApi<AppState & AppActions>

const idle: RunState = { status: 'idle', request: 0, stale: false }

/** The state of the app, without React: the document and its history, the selection, the panels, the last run. */
export function createAppStore(): AppStore {
  return createStore<AppState & AppActions>((set, get) => ({
    id: undefined,
    design: undefined,
    base: undefined,
    history: emptyHistory,
    selection: undefined,
    gap: undefined,
    panels: { palette: true, inspector: true, simulate: true },
    dialog: undefined,
    findings: [],
    run: idle,
    notice: undefined,
    saving: 'saved',

    open: (id, design, base) =>
      set({
        id,
        design,
        base,
        history: emptyHistory,
        selection: undefined,
        gap: undefined,
        findings: [],
        run: idle,
        dialog: undefined,
        saving: 'pending',
      }),
    setBase: (base) => set({ base }),
    close: () =>
      set({ id: undefined, design: undefined, base: undefined, selection: undefined, gap: undefined, run: idle }),

    apply: (edit, options = {}) => {
      const { design, history, selection, run } = get()
      if (!design || edit.design === design) return
      const selected = edit.select ? idOfPath(edit.design, edit.select)?.id : keep(edit.design, selection)
      set({
        design: edit.design,
        history: record(history, { label: edit.label, design, selection, merge: options.merge }),
        selection: selected,
        gap: undefined,
        run: aged(run, edit.design),
        saving: 'pending',
      })
    },
    undo: () => travel(get, set, undo),
    redo: () => travel(get, set, redo),

    select: (selection) => set({ selection, gap: undefined }),
    setGap: (gap) => set({ gap }),
    setView: (change) => {
      const { design } = get()
      if (design) set({ design: withView(design, change), saving: 'pending' })
    },
    togglePanel: (panel, open) => {
      const { panels } = get()
      set({ panels: { ...panels, [panel]: open ?? !panels[panel] } })
    },
    showDialog: (dialog) => set({ dialog }),
    setFindings: (findings) => set({ findings }),
    setRun: (change) => set({ run: { ...get().run, ...change } }),
    notify: (notice) => set({ notice }),
    setSaving: (saving) => set({ saving }),
  }))
}

/** Undo and redo leave what is looked at as it is: the view is not part of an edit. */
function travel(get: () => AppState, set: (state: Partial<AppState>) => void, go: typeof undo): void {
  const { design, history, selection, run } = get()
  if (!design) return
  const gone = go(history, { design, selection })
  if (!gone) return
  const { view: _, ...rest } = gone.entry.design
  const shown = design.view ? { ...rest, view: design.view } : rest
  set({
    design: shown,
    history: gone.history,
    selection: keep(shown, gone.entry.selection) ?? keep(shown, selection),
    gap: undefined,
    run: aged(run, shown),
    saving: 'pending',
  })
}

/** The last run, beside a design: names, expectations and the view do not make it out of date. */
export function aged(run: RunState, design: Design): RunState {
  const parts = ['config', 'upstreams', 'requests', 'connections', 'istio'] as const
  const stale = run.of !== undefined && parts.some((part) => run.of?.[part] !== design[part])
  return stale === run.stale ? run : { ...run, stale }
}

/** An id if it still names something in the document. */
function keep(design: Design, id: string | undefined): string | undefined {
  return id !== undefined && (id === 'client' || pathOfId(design, id)) ? id : undefined
}

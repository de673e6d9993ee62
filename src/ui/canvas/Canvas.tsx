import {
  Background,
  BackgroundVariant,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useStore as useFlowStore,
  useReactFlow,
} from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import IconMaximize from '@tabler/icons-react/icons/IconMaximize'
import IconMinus from '@tabler/icons-react/icons/IconMinus'
import IconPlus from '@tabler/icons-react/icons/IconPlus'
import { type KeyboardEvent, type MouseEvent, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { shortName } from '../../model/edits/edit.ts'
import { kindOfId, pathOfId } from '../../model/locate.ts'
import { marksOf, type NodeMarks } from '../../model/run.ts'
import { useApp, useOrigins, useServices } from '../context.ts'
import { useActions } from '../use-actions.ts'
import { withMantine } from '../with-mantine.tsx'
import classes from './Canvas.module.css'
import type { MenuPlace } from './CanvasMenu.tsx'
import { CanvasContext, type CanvasShared } from './canvas-context.ts'
import { nearestGap } from './gaps.ts'
import { focusCard, focusObject, handleCanvasKey } from './keys.ts'
import { layOut } from './layout.ts'
import type { CanvasNode } from './layout-types.ts'
import { nodeTypes } from './nodes/index.ts'
import { project } from './projection.ts'
import { useRoom, useStartView } from './use-start-view.ts'
import { reveal } from './viewport.ts'

/** The open design, drawn: columns of cards joined by the way that a request takes. */
export function Canvas() {
  return (
    <ReactFlowProvider>
      <CanvasFlow />
    </ReactFlowProvider>
  )
}

const CanvasMenu = withMantine(() => import('./CanvasMenu.tsx'))

const noMarks: ReadonlyMap<string, NodeMarks> = new Map()

function CanvasFlow() {
  const { catalogue, drag } = useServices()
  const actions = useActions()
  const flow = useReactFlow()
  const width = useFlowStore((state) => state.width)
  const height = useFlowStore((state) => state.height)
  const frame = useRef<HTMLElement>(null)
  const design = useApp((state) => state.design)
  const id = useApp((state) => state.id)
  const selection = useApp((state) => state.selection)
  const select = useApp((state) => state.select)
  const gap = useApp((state) => state.gap)
  const run = useApp((state) => state.run)
  const origin = useOrigins()
  const dragging = useStore(drag, (state) => state.dragged !== undefined)
  const over = useStore(drag, (state) => state.over)
  const label = useStore(drag, (state) => state.label)

  const projection = useMemo(
    () => (design ? project(design, catalogue, origin) : undefined),
    [design, catalogue, origin],
  )
  const request = design?.requests[run.request]
  const room = useRoom()
  const layout = useMemo(() => {
    if (!projection) return undefined
    const client = { method: request?.method ?? 'GET', source: request?.sourceAddress ?? '127.0.0.1' }
    const openGap = over
      ? { place: over, text: `${label} here` }
      : gap
        ? { place: gap, text: 'The next filter goes here' }
        : undefined
    const openHost = typeof design?.view?.host === 'string' ? design.view.host : undefined
    return layOut({ projection, client, openGap, openHost, room })
  }, [projection, request, over, label, gap, design?.view?.host, room])

  const marks = useMemo(
    () => (design && run.outcome && !run.stale ? marksOf(design, run.outcome.steps) : noMarks),
    [design, run.outcome, run.stale],
  )
  const tabStop = useMemo(() => {
    const ids = layout?.columns.flat() ?? []
    if (selection !== undefined && ids.includes(selection)) return selection
    return ids.find((one) => kindOfId(one) === 'hf') ?? ids[0]
  }, [layout, selection])
  const tabStopNow = useRef(tabStop)
  tabStopNow.current = tabStop
  const shared = useMemo<CanvasShared>(() => ({ marks, ran: marks.size > 0, tabStop }), [marks, tabStop])

  const { show: showStart, onMove } = useStartView(id, layout, room, selection)

  // A design that was just opened begins at its first filter: what had the focus is gone with the screen before.
  useEffect(() => {
    if (id !== undefined && tabStopNow.current !== undefined && document.activeElement === document.body)
      focusCard(tabStopNow.current)
  }, [id])

  // What is selected is in view, also where an edit moved it; it has the focus if the canvas has.
  useEffect(() => {
    if (selection === undefined || !frame.current || !layout) return
    // A card that an edit just made is drawn after this: the focus follows in the next frame.
    if (frame.current.contains(document.activeElement)) requestAnimationFrame(() => focusCard(selection))
    const rect = layout.rects.get(selection)
    if (!rect || width === 0) return
    const view = flow.getViewport()
    const next = reveal(view, rect, { width, height })
    if (next !== view) void flow.setViewport(next, { duration: 120 })
  }, [selection, layout, flow, width, height])

  // While something is dragged, the gap under the pointer opens.
  useEffect(() => {
    if (!dragging || !layout) return
    const follow = (): void => {
      const { x, y, kind, over: current, dragged } = drag.getState()
      if (!dragged) return
      const box = frame.current?.getBoundingClientRect()
      const inside = box && x >= box.left && x <= box.right && y >= box.top && y <= box.bottom
      const at = flow.screenToFlowPosition({ x, y })
      const found = inside ? nearestGap(layout.gaps, kind, at.x, at.y)?.place : undefined
      if (JSON.stringify(found) !== JSON.stringify(current)) drag.setState({ over: found })
    }
    follow()
    return drag.subscribe(follow)
  }, [dragging, layout, drag, flow])

  const onKeyDown = (event: KeyboardEvent): void => {
    if (layout && projection) handleCanvasKey(event, { layout, projection, actions, state: actions.state })
  }

  const [menu, setMenu] = useState<MenuPlace>()
  const [menuOpen, setMenuOpen] = useState(false)
  const onContextMenu = (event: MouseEvent): void => {
    const card = (event.target as HTMLElement).closest<HTMLElement>('[data-focus]')?.dataset.focus
    if (card === undefined || !design || !pathOfId(design, card)) return
    event.preventDefault()
    focusObject(card, actions.state)
    setMenu({ id: card, x: event.clientX, y: event.clientY })
    setMenuOpen(true)
  }

  const closeMenu = (): void => {
    setMenuOpen(false)
    // The menu lets go of the focus after it is gone; then the card takes it back, wherever an edit moved it.
    setTimeout(() => {
      const { selection: now } = actions.state
      if (now !== undefined && document.activeElement === document.body) focusObject(now, actions.state)
    }, 60)
  }

  if (!design || !layout) return null
  const edges = layout.edges.map((edge) => {
    const reached = marks.has(edge.target) && (edge.source === 'client' || marks.has(edge.source))
    const quiet = marks.size > 0 ? !reached : isQuiet(edge.source, edge.target)
    return { ...edge, className: quiet ? classes.quiet : classes.wire }
  })
  return (
    <section
      ref={frame}
      className={classes.canvas}
      aria-label="Filter chains"
      aria-describedby="canvas-help"
      onKeyDown={onKeyDown}
      onContextMenu={onContextMenu}
      data-dragging={dragging || undefined}
    >
      <p id="canvas-help" className="visually-hidden">
        Arrow keys walk through the proxy, Alt with an arrow key moves what is selected, A and B choose where the
        palette inserts, F1 lists every key.
      </p>
      <CanvasContext.Provider value={shared}>
        <ReactFlow<CanvasNode>
          nodes={layout.nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          onMoveEnd={onMove}
          onPaneClick={() => select(undefined)}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          panOnScroll
          zoomOnDoubleClick={false}
          minZoom={0.3}
          maxZoom={1.6}
          proOptions={{ hideAttribution: true }}
          deleteKeyCode={null}
          selectionKeyCode={null}
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--dots)" />
          <Panel position="bottom-left" className={classes.zoom}>
            <button type="button" aria-label="Zoom in" title="Zoom in" onClick={() => void flow.zoomIn()}>
              <IconPlus size={15} />
            </button>
            <button type="button" aria-label="Zoom out" title="Zoom out" onClick={() => void flow.zoomOut()}>
              <IconMinus size={15} />
            </button>
            <button type="button" aria-label="Fit the chain" title="Fit the chain" onClick={showStart}>
              <IconMaximize size={15} />
            </button>
          </Panel>
        </ReactFlow>
      </CanvasContext.Provider>
      <Suspense>{menu && <CanvasMenu at={menu} opened={menuOpen} onClose={closeMenu} />}</Suspense>
      <span className="visually-hidden" aria-live="polite">
        {over ? `Drop ${shortName(label)} at position ${over.index + 1}` : ''}
      </span>
    </section>
  )

  /** Before any run: the wires to what is not chosen stay in the background. */
  function isQuiet(source: string, target: string): boolean {
    return selection !== undefined && (target === selection || source === selection)
      ? false
      : source.includes('/route:')
  }
}

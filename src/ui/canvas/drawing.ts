import type { Edge } from '@xyflow/react'
import {
  type CanvasNode,
  type FrameData,
  type Gap,
  type PickerData,
  type PickItem,
  type Rect,
  SIZES,
} from './layout-types.ts'

/** What a layout is built into: nodes, wires, gaps, and the columns that the arrow keys walk through. */
export class Drawing {
  readonly nodes: CanvasNode[] = []
  readonly edges: Edge[] = []
  readonly gaps: Gap[] = []
  readonly columns: string[][] = []
  readonly rects = new Map<string, Rect>()

  /** Starts a column; ids are added to it from top to bottom. */
  column(first = false): string[] {
    const column: string[] = []
    if (first) this.columns.unshift(column)
    else this.columns.push(column)
    return column
  }

  add(node: CanvasNode): void {
    const outer = node.parentId === undefined ? undefined : this.rects.get(node.parentId)
    const { x, y } = node.position
    const [width = 0, height = 0] = [node.width, node.height]
    this.rects.set(node.id, { x: x + (outer?.x ?? 0), y: y + (outer?.y ?? 0), width, height })
    this.nodes.push({ ...node, draggable: false, selectable: false, focusable: false } as CanvasNode)
  }

  /** What stands above a column. */
  label(text: string, x: number, y: number, width: number, right?: string): void {
    const position = { x, y: y - SIZES.label }
    this.add({ id: `label:${text}`, type: 'label', position, width, height: 18, data: { text, right } })
  }

  /** A wire from one card to the next, sideways. */
  wire(source: string, target: string): void {
    const handles = { sourceHandle: 'out', targetHandle: 'in' }
    this.edges.push({ id: `${source}>${target}`, source, target, ...handles, focusable: false, selectable: false })
  }

  /** A wire from a frame down to the one below it. */
  wireDown(source: string, target: string): void {
    const handles = { sourceHandle: 'down', targetHandle: 'up' }
    this.edges.push({
      id: `${source}>${target}`,
      type: 'straight',
      source,
      target,
      ...handles,
      focusable: false,
      selectable: false,
    })
  }

  /** A wire between cards of one column, round the outside of what is between them. */
  wireAround(source: string, target: string, side: 'left' | 'right'): void {
    const handles =
      side === 'left' ? { sourceHandle: 'left', targetHandle: 'in' } : { sourceHandle: 'out', targetHandle: 'right' }
    const pathOptions = { offset: 11, borderRadius: 8 }
    this.edges.push({
      id: `${source}>${target}`,
      type: 'smoothstep',
      source,
      target,
      ...handles,
      pathOptions,
      focusable: false,
      selectable: false,
    } as Edge)
  }

  frame(id: string, at: Rect, data: FrameData): void {
    this.add({ id, type: 'frame', position: { x: at.x, y: at.y }, width: at.width, height: at.height, data })
  }

  /** A list to pick from, as high as its rows; returns its height. */
  picker(
    what: PickerData['what'],
    title: string,
    items: PickItem[],
    at: { x: number; y: number; width: number; chosen?: string; most: number },
  ): number {
    const rows = Math.min(items.length, at.most)
    const height = pickerHeight(items.length, at.most)
    const data: PickerData = { what, title, items, rows, chosen: at.chosen }
    this.add({ id: `picker:${what}`, type: 'picker', position: { x: at.x, y: at.y }, width: at.width, height, data })
    return height
  }
}

/** The height of a list to pick from, with its heading and, if it is longer than what shows, its search field. */
export function pickerHeight(count: number, most: number): number {
  return 37 + (count > most ? 30 : 0) + Math.min(count, most) * SIZES.pickRow
}

/** Where a column starts so that it stands in the middle of the chain, but not too far down to be seen. */
export function centred(height: number, chainHeight: number): number {
  return Math.max(0, Math.min((chainHeight - height) / 2, 140))
}

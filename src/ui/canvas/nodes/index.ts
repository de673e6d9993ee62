import type { NodeTypes } from '@xyflow/react'
import { FilterNode } from './FilterNode.tsx'
import { ListenerNode } from './ListenerNode.tsx'
import {
  AddNode,
  ClientNode,
  ClusterNode,
  FrameNode,
  GapNode,
  LabelNode,
  PickerNode,
  RouteNode,
  SlotNode,
} from './small.tsx'

/** How each kind of node is drawn. */
export const nodeTypes: NodeTypes = {
  label: LabelNode,
  client: ClientNode,
  listener: ListenerNode,
  picker: PickerNode,
  frame: FrameNode,
  filter: FilterNode,
  slot: SlotNode,
  gap: GapNode,
  route: RouteNode,
  cluster: ClusterNode,
  add: AddNode,
}

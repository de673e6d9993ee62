import type { NodeTypes } from '@xyflow/react'
import { FilterNode } from './FilterNode.tsx'
import { ListenerNode } from './ListenerNode.tsx'
import {
  AddNode,
  ClientNode,
  ClusterNode,
  GapNode,
  GroupNode,
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
  group: GroupNode,
  filter: FilterNode,
  slot: SlotNode,
  gap: GapNode,
  route: RouteNode,
  cluster: ClusterNode,
  add: AddNode,
}

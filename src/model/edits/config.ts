import type { Design, DesignView, Istio } from '../design.ts'
import { type Json, type Path, removeAt, setAt } from '../json.ts'
import type { Edit } from './edit.ts'
import { describeAt } from './resources.ts'

/** Sets the value at any path of the document; `object` is the path of what it belongs to, for the label. */
export function setConfig(design: Design, path: Path, value: Json, object: Path = path): Edit {
  return { design: setAt(design, path, value), label: `Edit ${describeAt(design, object)}`, select: object }
}

/** Removes the field at any path of the document. */
export function clearConfig(design: Design, path: Path, object: Path = path): Edit {
  return { design: removeAt(design, path), label: `Edit ${describeAt(design, object)}`, select: object }
}

/** Renames the design. */
export function renameDesign(design: Design, name: string): Edit {
  return { design: { ...design, name }, label: 'Rename the design' }
}

/** Says which proxy this is; undefined for plain Envoy. */
export function setIstio(design: Design, istio: Istio | undefined): Edit {
  const { istio: _, ...rest } = design
  return { design: istio ? { ...rest, istio } : rest, label: 'Change the proxy' }
}

/** What is looked at changes, not the proxy: not an edit, so it has no label and no undo. */
export function withView(design: Design, change: Partial<DesignView>): Design {
  return { ...design, view: { ...design.view, ...change } }
}

import { formatPath, isInside, type Path, parsePath, samePath } from '../../model/json.ts'
import type { Finding } from '../../store/app.ts'

/** Something that is wrong at a place inside the selected object. */
export interface Problem {
  path: Path
  severity: Finding['severity']
  message: string
  suggestion?: string
  /** 1-based, in the object's YAML text, where it was checked as text. */
  line?: number
  column?: number
}

/** The problems of one object, to be asked by place. */
export interface Problems {
  all: readonly Problem[]
  /** At this very place. */
  at(path: Path): Problem[]
  /** At this place or inside it. */
  within(path: Path): Problem[]
}

/** Findings with their paths relative to the object at `object`; those of other objects are left out. */
export function problemsIn(findings: readonly Finding[], object: Path): Problem[] {
  return findings.flatMap((finding) => {
    const path = read(finding.path)
    if (!path || !isInside(path, object)) return []
    const { severity, message, suggestion } = finding
    return [{ path: path.slice(object.length), severity, message, ...(suggestion ? { suggestion } : {}) }]
  })
}

function read(path: string): Path | undefined {
  try {
    return parsePath(path)
  } catch {
    return undefined
  }
}

/** Joins the problems of several checks; the same one at the same place is told once. */
export function collect(...lists: readonly (readonly Problem[])[]): Problems {
  const seen = new Set<string>()
  const all = lists.flat().filter((problem) => {
    const key = `${formatPath(problem.path)} ${problem.message}`
    return seen.size !== seen.add(key).size
  })
  return {
    all,
    at: (path) => all.filter((problem) => samePath(problem.path, path)),
    within: (path) => all.filter((problem) => isInside(problem.path, path)),
  }
}

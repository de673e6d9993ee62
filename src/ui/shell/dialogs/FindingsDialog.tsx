import { parsePath } from '../../../model/json.ts'
import { idOfPath } from '../../../model/locate.ts'
import type { Finding } from '../../../store/app.ts'
import { showObject } from '../../canvas/show-object.ts'
import { useApp } from '../../context.ts'
import { useActions } from '../../use-actions.ts'
import classes from './dialogs.module.css'

/** What the checks found in the design, each leading to its place. */
export function FindingsDialog() {
  const findings = useApp((state) => state.findings)
  const actions = useActions()
  const go = (finding: Finding): void => {
    const { design, showDialog, togglePanel } = actions.state
    const found = design && idOfPath(design, parsePath(finding.path))
    if (!found) return
    showDialog(undefined)
    showObject(actions.state, found.id)
    togglePanel('inspector', true)
  }
  if (findings.length === 0) return <p className={classes.empty}>Nothing was found.</p>
  return (
    <ul className={classes.findings}>
      {findings.map((finding) => (
        <li key={`${finding.path} ${finding.rule} ${finding.message}`} data-severity={finding.severity}>
          <button type="button" onClick={() => go(finding)}>
            <b>{finding.severity}</b>
            <code>{finding.path}</code>
            <span>{finding.message}</span>
            {finding.suggestion && <span>{finding.suggestion}</span>}
          </button>
        </li>
      ))}
    </ul>
  )
}

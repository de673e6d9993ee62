import IconChevronLeft from '@tabler/icons-react/icons/IconChevronLeft'
import IconChevronRight from '@tabler/icons-react/icons/IconChevronRight'
import IconPlayerSkipForward from '@tabler/icons-react/icons/IconPlayerSkipForward'
import type { ScriptStep } from '../../store/app.ts'
import { useServices } from '../context.ts'
import { runRequest } from '../simulate/run.ts'
import formClasses from './form/form.module.css'
import classes from './Inspector.module.css'
import { localsText, stepAtBreakpoint } from './lua/steps.ts'

interface StepFooterProps {
  steps: readonly ScriptStep[]
  /** The run went through scripts, but not through this one. */
  passed: boolean
  /** Lines with breakpoints. */
  lines: readonly number[]
  at: number
  onStep(at: number): void
  onFormat: (() => void) | undefined
}

/** Below a script: the lines that the last run went through, one at a time, with the values of the locals. */
export function StepFooter({ steps, passed, lines, at, onStep, onFormat }: StepFooterProps) {
  const services = useServices()
  const step = steps[at]
  const next = stepAtBreakpoint(steps, lines, at + 1, 1)
  return (
    <footer className={classes.footer}>
      {step ? (
        <>
          <span className={classes.stepper}>
            <button
              type="button"
              className={formClasses.icon}
              aria-label="Step back"
              disabled={at === 0}
              onClick={() => onStep(at - 1)}
            >
              <IconChevronLeft size={14} />
            </button>
            <span>
              {at + 1}/{steps.length}
            </span>
            <button
              type="button"
              className={formClasses.icon}
              aria-label="Step on"
              disabled={at >= steps.length - 1}
              onClick={() => onStep(at + 1)}
            >
              <IconChevronRight size={14} />
            </button>
            <button
              type="button"
              className={formClasses.icon}
              aria-label="On to the next breakpoint"
              disabled={next < 0}
              onClick={() => onStep(next)}
            >
              <IconPlayerSkipForward size={14} />
            </button>
          </span>
          <span className={classes.values} aria-live="polite" title={localsText(step)}>
            <b>line {step.line}</b> <code>{localsText(step) || 'no locals yet'}</code>
          </span>
        </>
      ) : (
        <span className={classes.locals}>
          {lines.length > 0 ? (
            <>
              {passed && 'The run went through other scripts, not this one. '}
              <button type="button" className={formClasses.link} onClick={() => void runRequest(services)}>
                Run
              </button>{' '}
              {passed ? 'again' : 'to step through the script'}
            </>
          ) : (
            'Click beside a line, or F9, to stop there'
          )}
        </span>
      )}
      {onFormat && (
        <button type="button" className={formClasses.link} title="Shift+Alt+F" onClick={onFormat}>
          Format
        </button>
      )}
    </footer>
  )
}

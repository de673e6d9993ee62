import type { Path } from '../../../model/json.ts'
import classes from './form.module.css'
import { useForm } from './form-context.ts'

/** What is wrong at this very place. `id` lets the input be described by it. */
export function Mistakes({ path, id }: { path: Path; id?: string }) {
  const { problems } = useForm()
  const found = problems.at(path)
  if (found.length === 0) return null
  return (
    <div id={id} className={classes.mistakes}>
      {found.map((problem) => (
        <p key={problem.message} data-severity={problem.severity}>
          {problem.message}
        </p>
      ))}
    </div>
  )
}

import { keyList } from '../hotkeys.ts'
import classes from './dialogs.module.css'

/** Every key there is. */
export function KeysDialog() {
  return (
    <div className={classes.keys}>
      {keyList.map((group) => (
        <section key={group.title}>
          <h3>{group.title}</h3>
          <dl>
            {group.keys.map(([keys, text]) => (
              <div key={keys}>
                <dt>
                  {keys.split(', ').map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}

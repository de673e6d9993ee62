import IconAlertTriangle from '@tabler/icons-react/icons/IconAlertTriangle'
import IconArrowBackUp from '@tabler/icons-react/icons/IconArrowBackUp'
import IconArrowForwardUp from '@tabler/icons-react/icons/IconArrowForwardUp'
import IconMenu2 from '@tabler/icons-react/icons/IconMenu2'
import IconMoon from '@tabler/icons-react/icons/IconMoon'
import IconPlayerPlayFilled from '@tabler/icons-react/icons/IconPlayerPlayFilled'
import IconSearch from '@tabler/icons-react/icons/IconSearch'
import IconSun from '@tabler/icons-react/icons/IconSun'
import { type ReactNode, Suspense, useRef, useState } from 'react'
import { renameDesign } from '../../model/edits/config.ts'
import { useApp, useServices } from '../context.ts'
import { runRequest } from '../simulate/run.ts'
import { useColorScheme } from '../theme.ts'
import { withMantine } from '../with-mantine.tsx'
import { Logo } from './Logo.tsx'
import classes from './TopBar.module.css'

/** The bar over everything: whose proxy this is, and what can be done with the whole of it. */
export function TopBar({ onSearch }: { onSearch(): void }) {
  const services = useServices()
  const istio = useApp((state) => state.design?.istio)
  const past = useApp((state) => state.history.past.at(-1)?.label)
  const future = useApp((state) => state.history.future[0]?.label)
  const undo = useApp((state) => state.undo)
  const redo = useApp((state) => state.redo)
  const showDialog = useApp((state) => state.showDialog)
  const running = useApp((state) => state.run.status === 'running')
  const labels = Object.entries(istio?.labels ?? {}).map(([key, value]) => `${key}=${value}`)
  return (
    <header className={classes.bar}>
      <Brand />
      <DesignName />
      {istio && (
        <button type="button" className={classes.chips} onClick={() => showDialog('istio')} title="Which proxy this is">
          <span className={classes.chip}>Istio {istio.version}</span>
          <span className={classes.chip}>{istio.proxy}</span>
          <span className={`${classes.chip} ${classes.selector} mono`}>{[istio.namespace, ...labels].join(' · ')}</span>
        </button>
      )}
      <span className={classes.grow} />
      <button type="button" className={classes.search} onClick={onSearch} aria-label="Search or run a command">
        <IconSearch size={14} aria-hidden="true" />
        <span>Search or run</span>
        <kbd>Ctrl K</kbd>
      </button>
      <BarButton label={past ? `Undo: ${past}` : 'Nothing to undo'} keys="Ctrl+Z" disabled={!past} onClick={undo}>
        <IconArrowBackUp size={16} />
      </BarButton>
      <BarButton
        label={future ? `Redo: ${future}` : 'Nothing to redo'}
        keys="Ctrl+Shift+Z"
        disabled={!future}
        onClick={redo}
      >
        <IconArrowForwardUp size={16} />
      </BarButton>
      <Findings />
      <button type="button" className={classes.button} onClick={() => showDialog('export')}>
        Export
      </button>
      <button type="button" className={classes.button} onClick={() => showDialog('share')}>
        Share
      </button>
      <ThemeButton />
      <button
        type="button"
        className={`${classes.button} ${classes.primary}`}
        onClick={() => void runRequest(services)}
        disabled={running}
        title="Send the request (Ctrl+Enter)"
      >
        <IconPlayerPlayFilled size={13} aria-hidden="true" /> Run
      </button>
    </header>
  )
}

function BarButton(props: { label: string; keys?: string; disabled?: boolean; onClick(): void; children: ReactNode }) {
  const { label, keys, disabled, onClick, children } = props
  return (
    <button
      type="button"
      className={`${classes.button} ${classes.icon}`}
      aria-label={label}
      title={keys ? `${label} (${keys})` : label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  )
}

const FileMenu = withMantine(() => import('./FileMenu.tsx'))

/** The app's name is its menu. */
function Brand() {
  const [at, setAt] = useState<DOMRect>()
  const [opened, setOpened] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const close = (): void => {
    setOpened(false)
    button.current?.focus()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        className={classes.brand}
        aria-label="Chainwright: menu"
        aria-haspopup="menu"
        aria-expanded={opened}
        onClick={(event) => {
          setAt(event.currentTarget.getBoundingClientRect())
          setOpened(!opened)
        }}
      >
        <Logo size={20} />
        <b>Chainwright</b>
        <IconMenu2 size={15} aria-hidden="true" />
      </button>
      <Suspense>{at && <FileMenu left={at.left} top={at.bottom} opened={opened} onClose={close} />}</Suspense>
    </>
  )
}

function DesignName() {
  const { store } = useServices()
  const name = useApp((state) => state.design?.name ?? '')
  const saving = useApp((state) => state.saving)
  return (
    <span className={classes.name}>
      <input
        aria-label="Name of the design"
        value={name}
        style={{ width: `${Math.max(6, Math.min(name.length + 2, 34))}ch` }}
        onChange={(event) => {
          const { design, apply } = store.getState()
          if (design) apply(renameDesign(design, event.target.value), { merge: 'name' })
        }}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
      />
      {saving === 'failed' && <span className={classes.unsaved}>not saved</span>}
    </span>
  )
}

function Findings() {
  const findings = useApp((state) => state.findings)
  const showDialog = useApp((state) => state.showDialog)
  const errors = findings.filter((one) => one.severity === 'error').length
  const count = findings.length
  const text =
    count === 0 ? 'No findings' : `${count} finding${count > 1 ? 's' : ''}, ${errors} error${errors === 1 ? '' : 's'}`
  const tone = errors > 0 ? 'bad' : count > 0 ? 'warn' : undefined
  return (
    <button
      type="button"
      className={classes.button}
      data-tone={tone}
      aria-label={text}
      title={text}
      onClick={() => showDialog('findings')}
    >
      <IconAlertTriangle size={14} aria-hidden="true" /> {count}
    </button>
  )
}

function ThemeButton() {
  const { preferences } = useServices()
  const scheme = useColorScheme()
  const other = scheme === 'dark' ? 'light' : 'dark'
  return (
    <BarButton label={`Use the ${other} theme`} onClick={() => preferences.setState({ theme: other })}>
      {scheme === 'dark' ? <IconSun size={16} /> : <IconMoon size={16} />}
    </BarButton>
  )
}

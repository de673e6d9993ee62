import { Menu } from '@mantine/core'
import IconAlertTriangle from '@tabler/icons-react/icons/IconAlertTriangle'
import IconArrowBackUp from '@tabler/icons-react/icons/IconArrowBackUp'
import IconArrowForwardUp from '@tabler/icons-react/icons/IconArrowForwardUp'
import IconMenu2 from '@tabler/icons-react/icons/IconMenu2'
import IconMoon from '@tabler/icons-react/icons/IconMoon'
import IconPlayerPlayFilled from '@tabler/icons-react/icons/IconPlayerPlayFilled'
import IconSearch from '@tabler/icons-react/icons/IconSearch'
import IconSun from '@tabler/icons-react/icons/IconSun'
import { renameDesign } from '../../model/edits/config.ts'
import { useApp, useServices } from '../context.ts'
import { runRequest } from '../simulate/run.ts'
import { useColorScheme } from '../theme.ts'
import { appCommands } from './commands.ts'
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
      <FileMenu />
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

function BarButton(props: {
  label: string
  keys?: string
  disabled?: boolean
  onClick(): void
  children: React.ReactNode
}) {
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

function FileMenu() {
  const services = useServices()
  const groups = ['file', 'design', 'view', 'help'] as const
  const commands = appCommands(services)
  return (
    <Menu position="bottom-start" width={250} shadow="md">
      <Menu.Target>
        <button type="button" className={classes.brand} aria-label="Chainwright: menu">
          <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
            <rect x="1" y="6" width="9" height="8" rx="4" fill="none" stroke="var(--accent)" strokeWidth="2.2" />
            <rect x="9.5" y="6" width="9" height="8" rx="4" fill="none" stroke="var(--network)" strokeWidth="2.2" />
          </svg>
          <b>Chainwright</b>
          <IconMenu2 size={15} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {groups.map((group, index) => (
          <div key={group}>
            {index > 0 && <Menu.Divider />}
            {commands
              .filter((command) => command.group === group)
              .map((command) => (
                <Menu.Item
                  key={command.id}
                  onClick={command.run}
                  rightSection={command.keys && <kbd>{command.keys}</kbd>}
                >
                  {command.title}
                </Menu.Item>
              ))}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
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

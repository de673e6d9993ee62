import { createSpotlight, Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight'
import '@mantine/core/styles/Overlay.css'
import '@mantine/core/styles/ModalBase.css'
import '@mantine/core/styles/Modal.css'
import '@mantine/core/styles/Input.css'
import '@mantine/core/styles/InlineInput.css'
import '@mantine/core/styles/CloseButton.css'
import '@mantine/spotlight/styles.css'
import { useEffect, useMemo } from 'react'
import { asText } from '../../model/json.ts'
import { idOfPath } from '../../model/locate.ts'
import { project } from '../canvas/projection.ts'
import { useOrigins, useServices } from '../context.ts'
import { useActions } from '../use-actions.ts'
import { appCommands } from './commands.ts'

const [commandStore, commandPalette] = createSpotlight()

/** Search over everything: commands, the design's objects, filters to add. */
export default function CommandPalette({ onClose }: { onClose(): void }) {
  const services = useServices()
  const actions = useActions()
  const origins = useOrigins()
  useEffect(() => commandPalette.open(), [])

  const groups = useMemo<SpotlightActionGroupData[]>(() => {
    const { design, history, undo, redo } = services.store.getState()
    if (!design) return []
    const commands = appCommands(services).map((command) => ({
      id: command.id,
      label: command.title,
      description: command.keys,
      onClick: command.run,
    }))
    const past = history.past.at(-1)
    const future = history.future[0]
    if (past) commands.unshift({ id: 'undo', label: `Undo: ${past.label}`, description: 'Ctrl Z', onClick: undo })
    if (future)
      commands.unshift({ id: 'redo', label: `Redo: ${future.label}`, description: 'Ctrl Shift Z', onClick: redo })
    const go = (id: string, view = {}) => ({
      onClick: () => {
        actions.state.setView(view)
        actions.state.select(id)
        actions.state.togglePanel('inspector', true)
      },
    })
    const projection = project(design, services.catalogue, origins)
    const objects = [
      ...projection.listeners.map((one) => ({
        id: one.id,
        label: one.title,
        description: `Listener ${one.name}`,
        ...go(one.id, { listener: one.id, chain: undefined }),
      })),
      ...[...projection.networkFilters, ...(projection.manager?.filters ?? [])].map((one) => ({
        id: one.id,
        label: one.title,
        description: `${one.kind === 'http' ? 'HTTP' : 'Network'} filter ${one.hint}`,
        ...go(one.id),
      })),
      ...projection.hosts.flatMap((host) =>
        host.routes.map((one) => ({
          id: one.id,
          label: one.title,
          description: `Route ${one.match} ${one.target}`,
          ...go(one.id, { host: host.id }),
        })),
      ),
      ...design.config.clusters.map((cluster, index) => {
        const id = idOfPath(design, ['config', 'clusters', index])?.id ?? ''
        return { id, label: asText(cluster.name) ?? id, description: 'Cluster', ...go(id) }
      }),
    ]
    const additions = services.catalogue.entries.map((entry) => ({
      id: `add ${entry.kind} ${entry.name}`,
      label: `Add ${entry.title}`,
      description: entry.summary,
      keywords: entry.name,
      onClick: () => actions.insert(entry),
    }))
    return [
      { group: 'Commands', actions: commands },
      { group: 'In this design', actions: objects },
      { group: 'Add a filter', actions: additions },
    ]
  }, [services, actions, origins])

  return (
    <Spotlight
      store={commandStore}
      actions={groups}
      shortcut={null}
      highlightQuery
      scrollable
      maxHeight={420}
      limit={40}
      nothingFound="Nothing is called that."
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
      searchProps={{ placeholder: 'Search the design, run a command, add a filter', 'aria-label': 'Search or run' }}
      onSpotlightClose={onClose}
      transitionProps={{ duration: 0 }}
    />
  )
}

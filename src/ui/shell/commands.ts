import type { Services } from '../context.ts'
import { download } from '../export/take.tsx'
import { openFile } from './FileDrop.tsx'
import { openNew } from './opening.ts'

/** Something the user can ask for by menu or by name. */
export interface Command {
  id: string
  title: string
  group: 'file' | 'design' | 'view' | 'help'
  /** Its keys, as shown. */
  keys?: string
  run(): void
}

/** The commands of the whole app. */
export function appCommands(services: Services): Command[] {
  const { store, preferences } = services
  const state = store.getState()
  return [
    {
      id: 'new',
      title: 'New design',
      group: 'file',
      run: () => void openNew(services),
    },
    { id: 'start', title: 'Start screen: bases and recent', group: 'file', run: () => void leave(services) },
    { id: 'import', title: 'Open or paste…', group: 'file', keys: 'Ctrl O', run: () => state.showDialog('import') },
    { id: 'file', title: 'Open a file…', group: 'file', run: () => chooseFile(services) },
    {
      id: 'save',
      title: 'Save as a file',
      group: 'file',
      run: () => state.design && download(`${state.design.name}.json`, JSON.stringify(state.design, null, 2)),
    },
    { id: 'export', title: 'Export…', group: 'design', keys: 'Ctrl E', run: () => state.showDialog('export') },
    { id: 'share', title: 'Share a link…', group: 'design', run: () => state.showDialog('share') },
    { id: 'findings', title: 'Findings', group: 'design', run: () => state.showDialog('findings') },
    { id: 'proxy', title: 'Which proxy this is…', group: 'design', run: () => state.showDialog('istio') },
    {
      id: 'palette',
      title: 'Show or hide the palette',
      group: 'view',
      keys: 'Ctrl 1',
      run: () => state.togglePanel('palette'),
    },
    {
      id: 'simulate',
      title: 'Show or hide the run',
      group: 'view',
      keys: 'Ctrl 2',
      run: () => state.togglePanel('simulate'),
    },
    {
      id: 'inspector',
      title: 'Show or hide the inspector',
      group: 'view',
      keys: 'Ctrl 3',
      run: () => state.togglePanel('inspector'),
    },
    {
      id: 'theme',
      title: 'Follow the system’s theme',
      group: 'view',
      run: () => preferences.setState({ theme: 'auto' }),
    },
    { id: 'keys', title: 'Keys', group: 'help', keys: 'F1', run: () => state.showDialog('keys') },
  ]
}

/** Saves, then shows the start screen. */
async function leave({ store, flush }: Services): Promise<void> {
  await flush()
  store.getState().close()
}

/** Lets the user choose a file, and opens it. */
function chooseFile(services: Services): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = '.json,.yaml,.yml,.txt'
  input.onchange = () => {
    const [file] = input.files ?? []
    if (file) void openFile(services, file)
  }
  input.click()
}

import { Modal } from '@mantine/core'
import '@mantine/core/styles/Overlay.css'
import '@mantine/core/styles/ModalBase.css'
import '@mantine/core/styles/Modal.css'
import '@mantine/core/styles/CloseButton.css'
import type { ReactElement } from 'react'
import type { DialogName } from '../../../store/app.ts'
import { useApp } from '../../context.ts'
import { ExportDialog } from '../../export/ExportDialog.tsx'
import { ImportForm } from '../ImportForm.tsx'
import { FindingsDialog } from './FindingsDialog.tsx'
import { KeysDialog } from './KeysDialog.tsx'
import { ProxyDialog } from './ProxyDialog.tsx'
import { ShareDialog } from './ShareDialog.tsx'

const dialogs: Record<DialogName, { title: string; size: number; content(): ReactElement }> = {
  keys: { title: 'Keys', size: 860, content: () => <KeysDialog /> },
  import: { title: 'Open or paste', size: 760, content: () => <ImportForm rows={16} /> },
  share: { title: 'Share a link', size: 640, content: () => <ShareDialog /> },
  export: { title: 'Export', size: 900, content: () => <ExportDialog /> },
  findings: { title: 'Findings', size: 720, content: () => <FindingsDialog /> },
  istio: { title: 'Which proxy this is', size: 520, content: () => <ProxyDialog /> },
}

/** The dialog that is open. */
export default function Dialogs() {
  const name = useApp((state) => state.dialog)
  const show = useApp((state) => state.showDialog)
  if (!name) return null
  const { title, size, content } = dialogs[name]
  return (
    <Modal
      opened
      onClose={() => show(undefined)}
      title={<b>{title}</b>}
      size={size}
      centered
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {content()}
    </Modal>
  )
}

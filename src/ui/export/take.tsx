import { type ReactNode, useState } from 'react'

/** Saves text as a file. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const anchor = document.createElement('a')
  anchor.href = url
  anchor.download = name.replace(/[^\w.-]+/g, '-')
  anchor.click()
  URL.revokeObjectURL(url)
}

/** Copies text and says that it did. */
export function CopyButton({ text, primary, children }: { text: string; primary?: boolean; children: ReactNode }) {
  const [said, setSaid] = useState<string>()
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid('Copied')
    } catch {
      setSaid('The browser refused: select and copy it')
    }
    setTimeout(() => setSaid(undefined), 2500)
  }
  return (
    <button
      type="button"
      data-primary={primary || undefined}
      disabled={text === ''}
      onClick={() => void copy()}
      aria-live="polite"
    >
      {said ?? children}
    </button>
  )
}

import type { Page } from '@playwright/test'

/** What a screen reader would call the focused element, more or less. */
export function focusLabel(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null
    if (!element || element === document.body) return ''
    return (element.getAttribute('aria-label') ?? element.textContent ?? '').trim()
  })
}

/** Presses a key until the focused element is called that. */
export async function pressUntil(page: Page, key: string, label: RegExp, most = 60): Promise<void> {
  const seen: string[] = []
  for (let count = 0; count < most; count++) {
    const now = await focusLabel(page)
    if (label.test(now)) return
    seen.push(now.slice(0, 40))
    await page.keyboard.press(key)
    // Focus follows an edit or a step in the next frame.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(undefined))))
  }
  throw new Error(`${key} never led to ${label}; it led to ${seen.join(' | ')}`)
}

import type { Services } from '../context.ts'

/** Sends the chosen request through the open design. */
export async function runRequest({ store }: Services): Promise<void> {
  store.getState().notify({ kind: 'info', text: 'The simulator is not part of this build yet.' })
}

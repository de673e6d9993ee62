import { SimulatorClient, type WorkerLike } from '../../worker/client.ts'

let client: SimulatorClient | undefined

/** The page's one simulator; its worker is started when it is first asked for. */
export function simulator(): SimulatorClient {
  client ??= new SimulatorClient(
    () =>
      new Worker(new URL('../../worker/simulator.worker.ts', import.meta.url), {
        type: 'module',
        name: 'simulator',
      }) as unknown as WorkerLike,
  )
  return client
}

import type { Clock } from './clock.ts'

/** A part with a beginning and an end. */
export interface Service {
  readonly name: string
  /** Resolves when the part does its work; a rejection aborts the start of the whole. */
  start?(): Promise<void> | void
  /**
   * Stops and drains. The signal aborts when the drain deadline passes: what is not safe by then must be given up
   * in a way that the next start can repair.
   */
  stop?(deadline: AbortSignal): Promise<void> | void
}

export interface Lifecycle {
  start(): Promise<void>
  /** Stops what was started, last first. Resolves with the errors of the parts that failed to stop. */
  stop(): Promise<readonly Error[]>
  /** Why the whole does not do its work: parts that have not started, or that it stops. Empty while it does. */
  notReady(): readonly string[]
}

/** How long a part may take to give up once the drain deadline has passed. */
const GRACE_MS = 5_000

/** Waits for a part that stops, but not for ever: a part that ignores the deadline must not keep the others up. */
async function withGrace(stopping: Promise<void> | void, deadline: AbortSignal, clock: Clock): Promise<void> {
  if (stopping === undefined) return
  let cancel = () => {}
  let arm = () => {}
  const overdue = new Promise<void>((_, reject) => {
    arm = () => {
      cancel = clock.after(GRACE_MS, () => reject(new Error('it goes on after the drain deadline')))
    }
    if (deadline.aborted) arm()
    else deadline.addEventListener('abort', arm, { once: true })
  })
  try {
    await Promise.race([stopping, overdue])
  } finally {
    cancel()
    deadline.removeEventListener('abort', arm)
  }
}

/** Starts services left to right and stops them right to left, all within one drain deadline. */
export function inOrder(services: readonly Service[], options: { clock: Clock; drainMs: number }): Lifecycle {
  const started: Service[] = []
  let stopping: Promise<readonly Error[]> | undefined
  let ready = 0

  async function stopAll(): Promise<readonly Error[]> {
    const errors: Error[] = []
    const deadline = new AbortController()
    const cancel = options.clock.after(options.drainMs, () => deadline.abort())
    for (let service = started.pop(); service !== undefined; service = started.pop()) {
      try {
        await withGrace(service.stop?.(deadline.signal), deadline.signal, options.clock)
      } catch (error) {
        errors.push(new Error(`${service.name} did not stop cleanly`, { cause: error }))
      }
    }
    cancel()
    return errors
  }

  const stop = () => (stopping ??= stopAll())
  return {
    stop,
    notReady() {
      if (stopping !== undefined) return ['stopping']
      return services.slice(ready).map(({ name }) => `${name} not started`)
    },
    async start() {
      for (const service of services) {
        if (stopping !== undefined) return
        try {
          started.push(service)
          await service.start?.()
          ready += 1
        } catch (error) {
          await stop()
          throw error
        }
      }
    },
  }
}

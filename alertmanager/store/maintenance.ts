import type { Clock } from '#lib/clock.ts'
import type { Service } from '#lib/lifecycle.ts'

export interface MaintenanceTask {
  readonly intervalMs: number
  readonly run: () => void
}

/** Runs tasks again and again, each after its interval. */
export function createMaintenance(clock: Clock, tasks: readonly MaintenanceTask[]): Service {
  const stopped = new AbortController()
  const repeat = ({ intervalMs, run }: MaintenanceTask) => {
    const cancel = clock.after(intervalMs, () => {
      run()
      repeat({ intervalMs, run })
    })
    stopped.signal.addEventListener('abort', cancel, { once: true })
  }
  return {
    name: 'maintenance',
    start: () => tasks.forEach(repeat),
    stop: () => stopped.abort(),
  }
}

import { systemClock } from '#lib/clock.ts'
import { loadConfig } from '#lib/config/load.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import {
  type Assembly,
  assembleService,
  type CommonConfig,
  type ServiceDefinition,
  type ServiceDeps,
} from '#lib/process/run.ts'

/** What `/-/ready` answered, as `<status> <text>`; `unreachable` while nothing listens. */
type Answer = string

export interface ReadinessRun {
  /** Before each part was started, by its name. */
  readonly starting: ReadonlyMap<string, Answer>
  readonly started: Answer
  /** Before each part was stopped, by its name. */
  readonly stopping: ReadonlyMap<string, Answer>
}

/** Starts and stops a service in this process, as its own process would, and asks whether it is ready at every step. */
export async function runAskingReadiness<C extends CommonConfig>(
  definition: ServiceDefinition<C>,
  settings: readonly string[],
  whileReady: (addresses: Readonly<Record<string, string>>) => Promise<void>,
): Promise<ReadinessRun> {
  const config = loadConfig(definition.configModule, { overrides: settings, env: {} })
  const logger = createLogger({ service: definition.name, level: 'error', format: 'logfmt', write: () => {} })
  const starting = new Map<string, Answer>()
  const stopping = new Map<string, Answer>()
  const observed = {
    ...definition,
    async assemble(config: C, deps: ServiceDeps) {
      const assembly = await definition.assemble(config, deps)
      const parts = assembly.parts.map((part) => ({
        name: part.name,
        async start() {
          starting.set(part.name, await ask(assembly))
          await part.start?.()
        },
        async stop(deadline: AbortSignal) {
          stopping.set(part.name, await ask(assembly))
          await part.stop?.(deadline)
        },
      }))
      return { ...assembly, parts }
    },
  }
  const registry = createRegistry(definition.name, '0')
  const { assembly, lifecycle } = await assembleService(observed, config, { clock: systemClock, logger, registry })
  await lifecycle.start()
  const started = await ask(assembly)
  await whileReady(assembly.addresses()).finally(() => lifecycle.stop())
  const errors = await lifecycle.stop()
  if (errors.length > 0) throw new AggregateError(errors)
  return { starting, started, stopping }
}

async function ask(assembly: Pick<Assembly<unknown>, 'addresses'>): Promise<Answer> {
  const { web, elasticsearch } = assembly.addresses()
  const url = web ?? elasticsearch ?? ''
  if (url === '') return 'unreachable'
  try {
    const response = await fetch(`${url}/-/ready`, { headers: { connection: 'close' } })
    return `${response.status} ${await response.text()}`
  } catch {
    return 'unreachable'
  }
}

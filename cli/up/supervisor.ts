import type { Clock } from '#lib/clock.ts'
import { inOrder, type Service } from '#lib/lifecycle.ts'
import type { Logger } from '#lib/log.ts'
import type { ServiceName } from '../launch.ts'
import { Child } from './child.ts'
import { createDemo } from './demo/demo.ts'
import type { UpOptions } from './options.ts'
import { planServices, readyLine } from './plan.ts'

export interface SupervisorDeps {
  readonly clock: Clock
  readonly logger: Logger
}

/** Runs the stack until a signal. Resolves with the exit code: 0 if all stopped cleanly. Throws if one does not start. */
export async function superviseStack(options: UpOptions & { demo: boolean }, deps: SupervisorDeps): Promise<number> {
  const { logger, clock } = deps
  const addresses = new Map<ServiceName, Readonly<Record<string, string>>>()
  const children = planServices(options).map(({ name, flags }) => {
    const onReady = (served: Readonly<Record<string, string>>) => addresses.set(name, served)
    return { name, child: new Child({ name, flags: () => flags(addresses), clock, logger, onReady }) }
  })
  let isClean = true
  const parts = children.map(
    ({ name, child }): Service => ({
      name,
      start: () => child.start(),
      async stop() {
        if (!(await child.stop())) isClean = false
      },
    }),
  )
  if (options.demo) parts.unshift(createDemo({ podsDir: options.podsDir, clock, logger }))
  // Each child has a deadline of its own.
  const stack = inOrder(parts, { clock, drainMs: 10 * 60_000 })
  const signal = untilSignal(logger, () => {
    for (const { child } of children) child.kill()
  })
  await Promise.race([stack.start(), signal])
  if (children.every(({ name }) => addresses.has(name))) {
    process.stdout.write(`${readyLine(addresses, options.elasticsearch)}\n`)
  }
  await signal
  const errors = await stack.stop()
  for (const error of errors) logger.error({ err: error.cause ?? error }, error.message)
  return errors.length === 0 && isClean ? 0 : 1
}

/** Resolves at the first SIGINT or SIGTERM; at the second one nothing is waited for any more. */
function untilSignal(logger: Logger, onSecond: () => void): Promise<void> {
  return new Promise((resolve) => {
    let count = 0
    const onSignal = (name: NodeJS.Signals) => {
      count += 1
      if (count === 1) {
        logger.info({ reason: name }, 'stopping; once more to stop without draining')
        resolve()
      } else {
        onSecond()
        process.exit(130)
      }
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}

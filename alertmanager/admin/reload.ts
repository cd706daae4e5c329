import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { FastifyInstance } from '#lib/http/server.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { Logger } from '#lib/log.ts'
import { gaugeOf, type Registry } from '#lib/metrics.ts'
import type { AlertmanagerConfig } from '../config/alertmanager-yml.ts'

export interface ReloaderOptions {
  /** The configuration that the process started with. */
  readonly initial: AlertmanagerConfig
  /** Reads the configuration anew; throws what is wrong with it. */
  readonly load: () => AlertmanagerConfig
  /** Puts it in force, or rejects and leaves the old one in force. */
  readonly apply: (config: AlertmanagerConfig) => Promise<void>
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: Registry
}

/** Reloads the configuration on SIGHUP and on request, all or nothing, one after the other. */
export class Reloader implements Service {
  readonly name = 'configuration reloader'
  readonly #options: ReloaderOptions
  readonly #onSignal = () => void this.reload().catch(() => {})
  #running: Promise<void> = Promise.resolve()
  #hash: number
  #successful = true
  #succeededAtMs: number

  constructor(options: ReloaderOptions) {
    this.#options = options
    this.#hash = options.initial.hash
    this.#succeededAtMs = options.clock.nowMs()
    this.#registerMetrics(options.registry)
    this.#warn(options.initial)
  }

  start(): void {
    process.on('SIGHUP', this.#onSignal)
  }

  stop(): void {
    process.off('SIGHUP', this.#onSignal)
  }

  /** Rejects when the old configuration stays in force, with the reason. */
  reload(): Promise<void> {
    const next = this.#running.then(() => this.#reloadNow())
    this.#running = next.catch(() => {})
    return next
  }

  async #reloadNow(): Promise<void> {
    const { load, apply, clock, logger } = this.#options
    try {
      const config = load()
      await apply(config)
      this.#successful = true
      this.#hash = config.hash
      this.#succeededAtMs = clock.nowMs()
      logger.info('configuration reloaded')
      this.#warn(config)
    } catch (error) {
      this.#successful = false
      logger.error({ err: error }, 'configuration not reloaded; the old one stays in force')
      throw error
    }
  }

  #warn({ warnings }: AlertmanagerConfig): void {
    for (const warning of warnings) this.#options.logger.warn({ warning }, 'configuration')
  }

  #registerMetrics(registry: Registry): void {
    const gauge = (name: string, help: string, read: () => number) => {
      gaugeOf(registry, { name: `alertmanager_config_${name}`, help }, read)
    }
    gauge('hash', 'Hash of the currently loaded configuration file.', () => this.#hash)
    gauge('last_reload_successful', 'Whether the last configuration reload attempt was successful.', () => {
      return Number(this.#successful)
    })
    gauge('last_reload_success_timestamp_seconds', 'Timestamp of the last successful configuration reload.', () => {
      return this.#succeededAtMs / 1_000
    })
  }
}

/** `POST /-/reload`. A body, of whatever type, is not looked at. */
export function serveReload(app: FastifyInstance, reloader: Reloader, prefix: string): void {
  app.register((own, _options, done) => {
    own.removeAllContentTypeParsers()
    own.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body))
    own.post(`${prefix}/-/reload`, async (_request, reply) => {
      try {
        await reloader.reload()
        return reply.send()
      } catch (error) {
        const message = `failed to reload config: ${messageOf(error)}\n`
        return reply.code(500).type('text/plain; charset=utf-8').send(message)
      }
    })
    done()
  })
}

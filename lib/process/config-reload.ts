import { statSync } from 'node:fs'
import type { Clock } from '../clock.ts'
import { changedKeys } from '../config/changes.ts'
import { type ConfigModule, type ConfigSources, loadConfig } from '../config/load.ts'
import { CodedError, messageOf } from '../errors.ts'
import type { Service } from '../lifecycle.ts'
import type { Logger } from '../log.ts'
import { gaugeOf, type Registry } from '../metrics.ts'

/** How a running service takes a new configuration. */
export interface Reloadable<C> {
  /** The keys that can change while it runs, as `logs.exclude`, or whole sections, as `logs`. */
  readonly keys: readonly string[]
  /**
   * Makes everything that the new configuration needs, and changes nothing yet; throws what is wrong with it.
   *
   * @returns puts it in force; must not fail
   */
  readonly prepare: (config: C, changed: readonly string[]) => () => void
}

export interface ConfigReloadOptions<C> {
  /** The service's name, as in its metrics. */
  readonly service: string
  readonly module: ConfigModule<C>
  readonly sources: ConfigSources
  /** The configuration in force. */
  readonly config: C
  readonly reloadable: Reloadable<C>
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: Registry
}

/** How often the file is looked at. Directory events do not tell of a mounted ConfigMap's swap everywhere. */
const LOOK_MS = 2_000

/**
 * Takes a new configuration on SIGHUP and when the file changes, all or nothing: what cannot be read, is wrong or needs
 * a restart is said, and the configuration before stays in force.
 */
export class ConfigReload<C> implements Service {
  readonly name = 'configuration reload'
  readonly #options: ConfigReloadOptions<C>
  readonly #onSignal = () => this.reload('SIGHUP')
  #config: C
  #version: string | undefined
  #isSuccessful = true
  #succeededAtMs: number
  #cancel: () => void = () => {}

  constructor(options: ConfigReloadOptions<C>) {
    this.#options = options
    this.#config = options.config
    this.#succeededAtMs = options.clock.nowMs()
    this.#version = this.#fileVersion()
    const gauge = (name: string, help: string, read: () => number) =>
      gaugeOf(options.registry, { name: `vedette_${options.service}_config_${name}`, help }, read)
    gauge('last_reload_successful', 'Whether the last attempt to reload the configuration succeeded.', () =>
      Number(this.#isSuccessful),
    )
    gauge('last_reload_success_timestamp_seconds', 'When the configuration in force was loaded.', () =>
      Math.floor(this.#succeededAtMs / 1_000),
    )
  }

  start(): void {
    process.on('SIGHUP', this.#onSignal)
    if (this.#options.sources.file !== undefined) this.#look()
  }

  stop(): void {
    process.off('SIGHUP', this.#onSignal)
    this.#cancel()
  }

  /** Reads the configuration again and puts it in force, or says why not. */
  reload(reason: string): void {
    const { module, sources, reloadable, clock, logger } = this.#options
    // Taken before the file is read: a change in between is seen by the next look.
    this.#version = this.#fileVersion()
    try {
      const config = loadConfig(module, sources)
      const changed = changedKeys(module.schema, this.#config, config)
      const fixed = changed.filter((key) => !reloadable.keys.some((prefix) => isWithin(key, prefix)))
      if (fixed.length > 0) throw new CodedError('CONFIG_NEEDS_RESTART', [fixed.join(', ')])
      if (changed.length > 0) reloadable.prepare(config, changed)()
      this.#config = config
      this.#isSuccessful = true
      this.#succeededAtMs = clock.nowMs()
      logger.info({ reason, changed }, changed.length > 0 ? 'configuration reloaded' : 'configuration is unchanged')
    } catch (error) {
      this.#isSuccessful = false
      const cure = error instanceof CodedError ? { cure: error.cure } : {}
      logger.error(
        { reason, err: messageOf(error), ...cure },
        'configuration not reloaded; the one before stays in force',
      )
    }
  }

  #look(): void {
    this.#cancel = this.#options.clock.after(LOOK_MS, () => {
      const version = this.#fileVersion()
      // An editor or a volume may have taken it away for a moment.
      if (version !== undefined && version !== this.#version) this.reload('the file changed')
      this.#look()
    })
  }

  /** Changes with the file behind the path, through symbolic links; undefined if there is none. */
  #fileVersion(): string | undefined {
    const { file } = this.#options.sources
    try {
      const { mtimeMs, ino, size } = statSync(file ?? '')
      return `${mtimeMs}/${ino}/${size}`
    } catch {
      return undefined
    }
  }
}

function isWithin(key: string, prefix: string): boolean {
  return key === prefix || key.startsWith(`${prefix}.`)
}

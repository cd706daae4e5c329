import { type Clock, systemClock } from '../clock.ts'
import { type ConfigModule, type ConfigSources, loadConfig } from '../config/load.ts'
import { CodedError, messageOf } from '../errors.ts'
import { inOrder, type Lifecycle, type Service } from '../lifecycle.ts'
import { createLogger, type LogFormat, type Logger, type LogLevel } from '../log.ts'
import { createRegistry, type Registry } from '../metrics.ts'
import { readVersion } from '../version.ts'
import { ConfigReload, type Reloadable } from './config-reload.ts'
import { type CommandLine, type FlagKeys, parseServiceFlags, serviceUsage } from './flags.ts'

/** What every configuration has. */
export interface CommonConfig {
  readonly log: { readonly level: LogLevel; readonly format: LogFormat }
  readonly shutdown: { readonly drain_timeout: number }
}

export interface ServiceDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: Registry
  /** Why the service is not ready: parts that have not started, or that it stops. Empty when it is. */
  readonly notReady: () => readonly string[]
}

/** A service put together: its parts in start order, and the addresses it serves once started. */
export interface Assembly<C> {
  readonly parts: readonly Service[]
  /** Name of each server (`web`, `otlp`) and its URL as bound. */
  readonly addresses: () => Readonly<Record<string, string>>
  /** How it takes a new configuration on SIGHUP and when its file changes; without, it has its own way or none. */
  readonly reloadable?: Reloadable<C>
}

export interface ServiceDefinition<C extends CommonConfig> {
  readonly name: string
  readonly summary: string
  readonly flags: FlagKeys
  /** Where it takes the command line of another program; the house's own unless given. */
  readonly commandLine?: CommandLine
  readonly configModule: ConfigModule<C>
  readonly assemble: (config: C, deps: ServiceDeps) => Assembly<C> | Promise<Assembly<C>>
  /** What `--config.check` prints: the configuration of the schema unless told. Throws what is wrong. */
  readonly printChecked?: (config: C) => string | Promise<string>
}

/** Message to a supervisor that started this process with an IPC channel. */
interface ReadyMessage {
  readonly ready: Readonly<Record<string, string>>
}

/** As a shell has it for SIGINT. */
const EXIT_INTERRUPTED = 130

/**
 * The life of a service process: flags, configuration, start in order, ready, drain on SIGTERM or SIGINT, exit.
 * Exit codes: 0 after a clean stop, 1 after a failure, 2 for a wrong command line (1 where another program's command line
 * is taken), 130 for a second Ctrl-C.
 */
export async function runService<C extends CommonConfig>(
  definition: ServiceDefinition<C>,
  argv: readonly string[] = process.argv.slice(2),
): Promise<void> {
  const commandLine = definition.commandLine ?? houseCommandLine(definition)
  try {
    const flags = commandLine.parse(argv)
    if (flags.help) {
      process.stdout.write(commandLine.usage())
    } else if (flags.version) {
      process.stdout.write(commandLine.version())
    } else if (flags.check) {
      const config = loadConfig(definition.configModule, flags.sources)
      process.stdout.write(await printChecked(definition, config))
    } else {
      await serve(definition, flags.sources)
      return
    }
  } catch (error) {
    const refusal =
      error instanceof CodedError && error.code === 'USAGE' ? commandLine.refusal(error.message) : undefined
    process.stderr.write(`${refusal?.text ?? describeFailure(definition.name, error)}\n`)
    process.exitCode = refusal?.exitCode ?? 1
  }
  if (process.connected) process.disconnect?.()
}

function houseCommandLine<C extends CommonConfig>({ name, summary, flags }: ServiceDefinition<C>): CommandLine {
  return {
    parse: (argv) => parseServiceFlags(argv, flags),
    usage: () => serviceUsage(name, summary, flags),
    version: () => `vedette ${name} ${readVersion()}\n`,
    refusal: (problem) => ({
      text: `vedette ${name}: ${problem}\n${new CodedError('USAGE', [problem]).cure}`,
      exitCode: 2,
    }),
  }
}

async function printChecked<C extends CommonConfig>(definition: ServiceDefinition<C>, config: C): Promise<string> {
  if (definition.printChecked !== undefined) return definition.printChecked(config)
  const { printConfig } = await import('../config/print.ts')
  return printConfig(definition.configModule.schema, config)
}

async function serve<C extends CommonConfig>(definition: ServiceDefinition<C>, sources: ConfigSources): Promise<void> {
  const { name, configModule: module } = definition
  const config = loadConfig(module, sources)
  const logger = createLogger({ service: name, level: config.log.level, format: config.log.format })
  const registry = createRegistry(name, readVersion())
  const deps = { clock: systemClock, logger, registry }
  const { assembly, lifecycle } = await assembleService(definition, config, deps, sources)
  const isStopping = stopOnSignal(lifecycle, logger)
  await lifecycle.start()
  if (isStopping()) return
  const addresses = assembly.addresses()
  logger.info({ ...addresses, pid: process.pid }, 'ready')
  process.send?.({ ready: addresses } satisfies ReadyMessage)
}

/**
 * Puts a service together with the life that its readiness is read from; nothing is started.
 *
 * @param sources where a changed configuration is read from; without, it is not looked for
 */
export async function assembleService<C extends CommonConfig>(
  definition: Pick<ServiceDefinition<C>, 'assemble' | 'name' | 'configModule'>,
  config: C,
  deps: Omit<ServiceDeps, 'notReady'>,
  sources?: ConfigSources,
): Promise<{ readonly assembly: Assembly<C>; readonly lifecycle: Lifecycle }> {
  let lifecycle: Lifecycle | undefined
  const notReady = () => lifecycle?.notReady() ?? ['not put together']
  const assembly = await definition.assemble(config, { ...deps, notReady })
  const { parts, reloadable } = assembly
  const { name: service, configModule: module } = definition
  const reload =
    reloadable === undefined || sources === undefined
      ? []
      : [new ConfigReload({ service, module, sources, config, reloadable, ...deps })]
  lifecycle = inOrder([...parts, ...reload], { clock: deps.clock, drainMs: config.shutdown.drain_timeout })
  return { assembly, lifecycle }
}

/** Returns whether a stop is under way. */
function stopOnSignal(lifecycle: Lifecycle, logger: Logger): () => boolean {
  let stopping = false
  const stop = async (reason: string) => {
    if (stopping) return
    stopping = true
    logger.info({ reason }, 'stopping')
    const errors = await lifecycle.stop()
    for (const error of errors) logger.error({ err: error.cause ?? error }, error.message)
    logger.info('stopped')
    // A start that failed has set the code already and ends here too.
    process.exit(errors.length === 0 ? (process.exitCode ?? 0) : 1)
  }
  process.on('SIGTERM', () => void stop('SIGTERM'))
  if (process.connected) {
    // Ctrl-C reaches the whole foreground group; a supervised service waits for its supervisor, who stops in order.
    process.on('SIGINT', () => {})
    process.on('disconnect', () => void stop('supervisor is gone'))
  } else {
    // Whoever presses Ctrl-C again does not want to wait for the drain; the next start repairs what it has to.
    process.on('SIGINT', () => {
      if (stopping) process.exit(EXIT_INTERRUPTED)
      void stop('SIGINT')
    })
  }
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error, stack: error.stack }, 'unexpected error; stopping at once')
    process.exit(1)
  })
  return () => stopping
}

function describeFailure(service: string, error: unknown): string {
  if (!(error instanceof CodedError)) {
    return `vedette ${service}: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`
  }
  if (error.code === 'CONFIG_INVALID') return error.message
  return `vedette ${service}: ${error.message}\n${error.cure}`
}

import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { systemClock } from '#lib/clock.ts'
import { CodedError } from '#lib/errors.ts'
import { createLogger, type Logger } from '#lib/log.ts'
import type { UpOptions } from './options.ts'
import { CONFIG_FILES } from './plan.ts'
import { superviseStack } from './supervisor.ts'

/** The highest port of the defaults is 9465. */
const MAX_PORT_OFFSET = 65_535 - 9465

interface UpFlags {
  readonly podsDir: string
  readonly dataDir: string
  readonly configDir?: string
  readonly portOffset: number
  readonly elasticsearch?: string
  readonly demo?: true
}

/** `vedette up`: the whole stack on this machine. */
export function upCommand(): Command {
  return new Command('up')
    .description('run store, collector, alertmanager and agent on this machine')
    .option('--pods-dir <dir>', "the kubelet's directory of pod logs", '/var/log/pods')
    .option('--data-dir <dir>', 'where everything is kept', './data')
    .option('--config-dir <dir>', `directory of configuration files, each optional: ${CONFIG_FILES.join(', ')}`)
    .option('--port-offset <n>', 'added to every default port', parsePortOffset, 0)
    .option('--elasticsearch <url>', 'index there; no embedded store is started', parseUrl)
    .option('--demo', 'write a small log tree and tail that; the default where the pods directory does not exist')
    .action(async (flags: UpFlags) => {
      const logger = createLogger({ service: 'up', level: 'info', format: 'logfmt' })
      try {
        process.exitCode = await superviseStack(optionsOf(flags, logger), { clock: systemClock, logger })
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        process.stderr.write(`vedette up: ${error.message}\n${error.cure}\n`)
        process.exitCode = error.code === 'USAGE' ? 2 : 1
      }
      process.exit()
    })
}

function optionsOf(flags: UpFlags, logger: Logger): UpOptions & { demo: boolean } {
  const dataDir = resolve(flags.dataDir)
  const podsDir = resolve(flags.podsDir)
  const configDir = flags.configDir === undefined ? undefined : resolve(flags.configDir)
  if (configDir !== undefined && statSync(configDir, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new CodedError('USAGE', [`--config-dir: ${configDir} is not a directory`])
  }
  const isMissing = flags.demo !== true && !existsSync(podsDir)
  const demo = flags.demo === true || isMissing
  const demoDir = join(dataDir, 'demo', 'pods')
  if (isMissing)
    logger.warn({ podsDir, demoDir }, 'the pods directory does not exist; writing demo logs and reading those')
  else if (demo) logger.info({ demoDir }, 'writing demo logs and reading those')
  const { portOffset, elasticsearch } = flags
  return { podsDir: demo ? demoDir : podsDir, dataDir, configDir, portOffset, elasticsearch, demo }
}

function parsePortOffset(text: string): number {
  const offset = Number(text)
  if (/^\d+$/.test(text) && offset <= MAX_PORT_OFFSET) return offset
  throw new InvalidArgumentError(`It must be a whole number from 0 to ${MAX_PORT_OFFSET}.`)
}

function parseUrl(text: string): string {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol)) return text
  throw new InvalidArgumentError('It must be an http:// or https:// URL.')
}

import { writeSync } from 'node:fs'
import { type Logger, pino } from 'pino'

export type { Logger } from 'pino'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export const LOG_FORMATS = ['logfmt', 'json'] as const
export type LogFormat = (typeof LOG_FORMATS)[number]

export interface LoggerOptions {
  readonly service: string
  readonly level: LogLevel
  readonly format: LogFormat
  /** Takes finished lines; standard error unless told. */
  readonly write?: (line: string) => void
}

/**
 * The structured logger of a service. Lines go to standard error, so that standard output stays free for what the
 * user asked for. Never pass a log record's body, a secret or a whole configuration to it.
 */
export function createLogger(options: LoggerOptions): Logger {
  const write = options.write ?? writeToStderr
  const destination = options.format === 'json' ? write : (line: string) => write(toLogfmt(line))
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError },
    },
    { write: destination },
  )
}

function writeToStderr(line: string): void {
  try {
    writeSync(2, line)
  } catch {
    // A closed or full pipe must not take the service down; the line is lost, its counter is not.
  }
}

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = 'code' in error ? error.code : undefined
  return code === undefined ? error.message : `${error.message} (${String(code)})`
}

/** Turns one line of pino's JSON into logfmt: `time=… level=info service=agent msg="…" key=value`. */
function toLogfmt(line: string): string {
  const { time, level, service, msg, ...rest } = JSON.parse(line) as Record<string, unknown>
  let text = `time=${String(time)} level=${String(level)} service=${String(service)} msg=${quote(msg)}`
  for (const [key, value] of Object.entries(rest)) text += ` ${key}=${quote(value)}`
  return `${text}\n`
}

function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : String(JSON.stringify(value))
  return /^[^\s"=\\]+$/.test(text) ? text : JSON.stringify(text)
}

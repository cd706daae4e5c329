import { parseArgs } from 'node:util'
import type { ConfigSources } from '../config/load.ts'
import { CodedError, messageOf } from '../errors.ts'

/**
 * Flags that set one configuration key, such as `--web.listen-address` for `web.listen_address`. A service whose
 * `config.file` is not its own YAML file, as the alert router's, lists it here.
 */
export type FlagKeys = Readonly<Record<string, FlagKey>>

/** A flag and the configuration key that it sets. */
export interface FlagKey {
  readonly key: string
  readonly help: string
  /** For a flag that stands for more than its value, and may be repeated: the settings that it stands for. */
  readonly settings?: (values: readonly string[]) => readonly string[]
}

/** What a command line asks for. */
export interface ServiceFlags {
  readonly sources: ConfigSources
  readonly help: boolean
  readonly version: boolean
  readonly check: boolean
}

/** How a service's command line is read and explained, where it is not the manner of this house. */
export interface CommandLine {
  /** @throws CodedError USAGE */
  readonly parse: (argv: readonly string[]) => ServiceFlags
  readonly usage: () => string
  readonly version: () => string
  /** What a wrong command line gets to read, and the exit code. */
  readonly refusal: (problem: string) => { readonly text: string; readonly exitCode: number }
}

const OWN_FLAGS = [
  ['config.file FILE', 'YAML file with the configuration; without it the defaults hold'],
  ['config.check', 'check the configuration, print the effective one with secrets masked, and end'],
  ['set KEY=VALUE', 'set one key of the configuration, over the file (repeatable)'],
  ['default KEY=VALUE', 'set the default of one key, under the file (repeatable)'],
  ['version', 'print the version and end'],
  ['help', 'print this text and end'],
] as const

/**
 * Parses a service's command line. Flags are dotted as in Prometheus' world.
 *
 * @throws CodedError USAGE for an unknown flag or a missing value
 */
export function parseServiceFlags(argv: readonly string[], flags: FlagKeys): ServiceFlags {
  try {
    const { values } = parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        'config.file': { type: 'string' },
        'config.check': { type: 'boolean' },
        set: { type: 'string', multiple: true },
        default: { type: 'string', multiple: true },
        version: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        ...Object.fromEntries(
          Object.entries(flags).map(([name, { settings }]) => [
            name,
            { type: 'string' as const, multiple: settings !== undefined },
          ]),
        ),
      },
    })
    const given = values as Record<string, string | string[] | boolean | undefined>
    const fromFlags = Object.entries(flags).flatMap(([name, { key, settings }]) => {
      const value = given[name]
      if (Array.isArray(value)) return settings?.(value) ?? []
      return typeof value === 'string' ? [`${key}=${JSON.stringify(value)}`] : []
    })
    return {
      sources: {
        defaults: values.default ?? [],
        file: 'config.file' in flags ? undefined : values['config.file'],
        overrides: [...(values.set ?? []), ...fromFlags],
      },
      help: values.help ?? false,
      version: values.version ?? false,
      check: values['config.check'] ?? false,
    }
  } catch (error) {
    throw new CodedError('USAGE', [messageOf(error)], { cause: error })
  }
}

export function serviceUsage(service: string, summary: string, flags: FlagKeys): string {
  const own = OWN_FLAGS.filter(([name]) => !(name.split(' ')[0]! in flags))
  const rows = [...own, ...Object.entries(flags).map(([name, { help }]) => [`${name} VALUE`, help] as const)]
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, help]) => `  --${name.padEnd(width)}  ${help}`)
  return `Usage: vedette ${service} [flags]\n\n${summary}\n\nFlags:\n${lines.join('\n')}\n`
}

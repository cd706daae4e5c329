import { type Command, InvalidArgumentError, Option } from 'commander'
import { TIMESTAMPS, type Timestamps } from './line.ts'

/** Options that both verbs have, as commander hands them over. */
export interface CommonOptions {
  readonly namespace?: readonly string[]
  readonly pod?: readonly string[]
  readonly container?: readonly string[]
  readonly since?: string
  readonly limit: number
  readonly output: 'text' | 'json'
  readonly timestamps: Timestamps
  readonly color?: boolean
  readonly server: URL
}

const QUERY_HELP = `
Words and "phrases" must all occur; OR, -not, time*, parentheses and fields combine them:
  'timeout OR "connection reset"'   level:error   stream:stderr   node:worker-1   k8s.pod.uid:…
A pod is named in full, by the beginning of its name up to a dash (web is web-7d9f4-x2kqp), or by a pattern (web-*).`

/** Adds the options that both verbs have. */
export function addCommonOptions(
  command: Command,
  limit: { readonly help: string; readonly byDefault: number },
): Command {
  return command
    .argument('[text...]', 'what to search for')
    .option('-n, --namespace <name>', 'only this namespace (repeatable)', gather)
    .option('-p, --pod <name>', 'only this pod (repeatable)', gather)
    .option('-c, --container <name>', 'only this container (repeatable)', gather)
    .option('--since <time>', 'only lines after this: a duration before now (15m, 2h) or a time (2026-11-21T10:46:00Z)')
    .option('--limit <lines>', limit.help, parseLimit, limit.byDefault)
    .addOption(
      new Option('-o, --output <form>', 'json prints one object per line').choices(['text', 'json']).default('text'),
    )
    .addOption(new Option('-t, --timestamps <form>', 'how times are printed').choices(TIMESTAMPS).default('local'))
    .option('--color', 'colour even when the output is no terminal')
    .option('--no-color', 'no colour (also: NO_COLOR=1)')
    .addOption(serverOption())
    .addHelpText('after', QUERY_HELP)
}

/** Web address of a collector on this machine. */
export const DEFAULT_SERVER = 'http://127.0.0.1:9464'

/** The option that says which collector is meant. */
export function serverOption(): Option {
  return new Option('--server <url>', 'web address of the collector')
    .env('VEDETTE_SERVER')
    .default(new URL(DEFAULT_SERVER), DEFAULT_SERVER)
    .argParser(parseServer)
}

/** The parameters of the API that say which lines are wanted. */
export function filterParameters(text: readonly string[], options: CommonOptions): URLSearchParams {
  const parameters = new URLSearchParams()
  if (text.length > 0) parameters.set('q', text.join(' '))
  for (const name of ['namespace', 'pod', 'container'] as const) {
    for (const value of options[name] ?? []) parameters.append(name, value)
  }
  if (options.since !== undefined) parameters.set('since', options.since)
  return parameters
}

export function gather(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value]
}

function parseLimit(text: string): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= 100_000)) throw new InvalidArgumentError('It must be a whole number up to 100000.')
  return value
}

export function parseServer(text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError('It must be a URL such as http://127.0.0.1:9464.')
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

import { setTimeout as sleep } from 'node:timers/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { formatBytes } from '#lib/bytes.ts'
import { CodedError } from '#lib/errors.ts'
import { TAP_STAGES, type TapStage } from '../../agent/observe/tap/query.ts'
import type { LineOptions } from '../query/line.ts'
import { endWithReader, fail, lineOptions, note, write } from '../query/output.ts'
import { agentOption, askAgent, readObjects } from './agent-client.ts'
import { gather } from './config-options.ts'
import { printTapped, type TapEvent } from './tap-line.ts'

interface TapOptions {
  readonly stage: TapStage
  readonly namespace?: readonly string[]
  readonly pod?: readonly string[]
  readonly container?: readonly string[]
  readonly limit?: number
  readonly sample?: number
  readonly rate?: number
  readonly output: 'text' | 'json'
  readonly timestamps: LineOptions['timestamps']
  readonly color?: boolean
  readonly agent: URL
}

const HELP = `
Stages: read shows the bytes of the files, line by line; decoded what the runtime's format says of them; record what is shipped,
with all its attributes in -o json. A pod is named in full, by the beginning of its name up to a dash, or by a pattern (web-*).
A tap never holds anything up: what is too much, or not taken in time, is left out and said.

Log lines are shown on the agent's own machine or in its pod only, unless web.tap says otherwise:
  kubectl -n vedette exec POD -- /app/cli/vedette tap --pod web

Exit codes: 0 stopped or as many as asked for, 1 failed, 2 wrong command line.`

/** An agent says something every 5 s, so a silence of this length is a dead connection. */
const SILENCE_MS = 20_000

/** `vedette tap`: what passes through an agent just now, at any stage. */
export function tapCommand(): Command {
  return new Command('tap')
    .description('look at what passes through the agent, at any stage')
    .addOption(new Option('--stage <stage>', 'where to look').choices(TAP_STAGES).default('record'))
    .option('-n, --namespace <name>', 'only this namespace (repeatable)', gather)
    .option('-p, --pod <name>', 'only this pod (repeatable)', gather)
    .option('-c, --container <name>', 'only this container (repeatable)', gather)
    .option('--limit <lines>', 'end after so many lines', parseCount)
    .option('--sample <n>', 'show one line in n', parseCount)
    .option('--rate <lines>', 'lines in a second at most (500)', parseCount)
    .addOption(
      new Option('-o, --output <form>', 'json prints one object per line').choices(['text', 'json']).default('text'),
    )
    .addOption(
      new Option('-t, --timestamps <form>', 'how times are printed').choices(['local', 'utc', 'none']).default('local'),
    )
    .option('--color', 'colour even when the output is no terminal')
    .option('--no-color', 'no colour (also: NO_COLOR=1)')
    .addOption(agentOption())
    .addHelpText('after', HELP)
    .action(async (options: TapOptions) => {
      const stop = new AbortController()
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
      endWithReader()
      try {
        await follow(options, stop.signal)
      } catch (error) {
        if (!stop.signal.aborted) fail('tap', error)
      }
    })
}

async function follow(options: TapOptions, signal: AbortSignal): Promise<void> {
  const form = lineOptions({ ...options, limit: 0, server: options.agent })
  const silence = createSilence(options.agent)
  const response = await askAgent(
    options.agent,
    'api/v1/tap',
    parametersOf(options),
    AbortSignal.any([signal, silence.signal]),
  )
  if (response.body === null) throw new CodedError('AGENT_ANSWER', [options.agent.href, 'no stream'])
  let skippedBytes = 0
  for await (const object of readObjects(response.body, options.agent)) {
    silence.restart()
    const event = object as TapEvent
    if (event.type === 'status') {
      const more = event.skipped_bytes - skippedBytes
      if (more > 0)
        note(`-- ${formatBytes(more)} left out, too many to show; narrow it down, or use --sample or --rate`)
      skippedBytes = event.skipped_bytes
    } else if (event.type === 'end') {
      if (event.reason === 'limit') return
      throw new CodedError('AGENT_UNREACHABLE', [options.agent.href, 'it is stopping'])
    } else await write(printTapped(event, form))
  }
  throw new CodedError('AGENT_UNREACHABLE', [options.agent.href, 'it closed the connection'])
}

/** Aborts when nothing was heard for a while. */
function createSilence(agent: URL): { readonly signal: AbortSignal; restart(): void } {
  const abort = new AbortController()
  let turn = 0
  const restart = () => {
    turn += 1
    const own = turn
    void sleep(SILENCE_MS, undefined, { ref: false }).then(() => {
      if (own === turn) abort.abort(new CodedError('AGENT_UNREACHABLE', [agent.href, 'it went silent']))
    })
  }
  restart()
  return { signal: abort.signal, restart }
}

function parametersOf(options: TapOptions): URLSearchParams {
  const parameters = new URLSearchParams({ stage: options.stage })
  for (const name of ['namespace', 'pod', 'container'] as const) {
    for (const value of options[name] ?? []) parameters.append(name, value)
  }
  for (const name of ['limit', 'sample', 'rate'] as const) {
    const value = options[name]
    if (value !== undefined) parameters.set(name, String(value))
  }
  return parameters
}

function parseCount(text: string): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (value > 0) return value
  throw new InvalidArgumentError('It must be a whole number from 1 on.')
}

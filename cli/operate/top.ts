import { setTimeout as sleep } from 'node:timers/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '#lib/duration.ts'
import { CodedError, messageOf } from '#lib/errors.ts'
import type { TopReport } from '../../agent/observe/top.ts'
import { endWithReader, fail, note, write } from '../query/output.ts'
import { forTerminal } from '../query/terminal-text.ts'
import { agentOption, askAgent } from './agent-client.ts'
import { SORT_ORDERS, type SortOrder, type TopView, viewOf } from './top-rates.ts'
import { TopScreen } from './top-screen.ts'
import { renderTop } from './top-table.ts'

interface TopOptions {
  readonly once?: true
  readonly json?: true
  readonly interval: number
  readonly sort: SortOrder
  readonly agent: URL
}

const HELP = `
In a terminal: q or Ctrl-C ends it, s changes the order of the containers. Elsewhere a table is printed for each interval.

Exit codes: 0 ended, 1 failed, 2 wrong command line.`

const CTRL_C = '\x03'
/** Of a table that is not for a terminal. */
const PLAIN = { width: 80, height: 40 }

/** `vedette top`: what the agent does just now, by stage and by container. */
export function topCommand(): Command {
  return new Command('top')
    .description('what the agent does just now: stages, and containers by rate and by how far they are behind')
    .option('--once', 'print one table, of what happens in one interval, and end')
    .option('--json', 'print one object per interval, with rates')
    .option('--interval <duration>', 'how often it is refreshed', parseInterval, 1_000)
    .addOption(new Option('--sort <order>', 'order of the containers').choices(SORT_ORDERS).default('rate'))
    .addOption(agentOption())
    .addHelpText('after', HELP)
    .action(async (options: TopOptions) => {
      const stop = new AbortController()
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
      endWithReader()
      const isScreen = process.stdout.isTTY && !options.once && !options.json
      try {
        await (isScreen ? showScreen(options, stop) : printTables(options, stop.signal))
      } catch (error) {
        if (!stop.signal.aborted) fail('top', error)
      }
    })
}

async function printTables(options: TopOptions, signal: AbortSignal): Promise<void> {
  for await (const next of watch(options, signal)) {
    if ('problem' in next) note(`-- ${next.problem}; trying again`)
    else if (options.json) await write(`${JSON.stringify(next.view)}\n`)
    else
      await write(`${renderTop(next.view, { ...PLAIN, sort: options.sort }).join('\n')}\n${options.once ? '' : '\n'}`)
    if (options.once) return
  }
}

async function showScreen(options: TopOptions, stop: AbortController): Promise<void> {
  let { sort } = options
  let view: TopView | undefined
  let problem = ''
  const draw = () => {
    if (view === undefined) return
    const height = screen.height - 1
    const lines = renderTop(view, { width: screen.width, height, sort })
    screen.draw([...lines, problem].map((line) => forTerminal(line).slice(0, screen.width)))
  }
  const onKey = (key: string) => {
    if (key === 'q' || key === CTRL_C) stop.abort()
    if (key === 's') sort = SORT_ORDERS[(SORT_ORDERS.indexOf(sort) + 1) % SORT_ORDERS.length]!
    draw()
  }
  const screen: TopScreen = new TopScreen({ input: process.stdin, output: process.stdout, onKey, onResize: draw })
  try {
    for await (const next of watch(options, stop.signal)) {
      if ('problem' in next) problem = `-- ${next.problem}; trying again`
      else {
        if (view === undefined) screen.open()
        view = next.view
        problem = ''
      }
      draw()
    }
  } finally {
    screen.close()
  }
}

type Next = { readonly view: TopView } | { readonly problem: string }

/**
 * Reports until the signal aborts, each with the rates since the one before.
 *
 * @throws what went wrong if the agent never answered
 */
async function* watch(options: TopOptions, signal: AbortSignal): AsyncGenerator<Next> {
  let before = await ask(options.agent, signal)
  for (;;) {
    await sleep(options.interval, undefined, { signal })
    try {
      const report = await ask(options.agent, signal)
      yield { view: viewOf(report, before) }
      before = report
    } catch (error) {
      if (signal.aborted || !(error instanceof CodedError)) throw error
      yield { problem: messageOf(error) }
    }
  }
}

async function ask(agent: URL, signal: AbortSignal): Promise<TopReport> {
  const response = await askAgent(agent, 'api/v1/top', new URLSearchParams(), signal)
  const report = (await response.json().catch(() => undefined)) as TopReport | undefined
  if (Array.isArray(report?.stages) && Array.isArray(report.containers)) return report
  throw new CodedError('AGENT_ANSWER', [agent.href, 'no report'])
}

function parseInterval(text: string): number {
  const value = parseDuration(text)
  if (value !== undefined && value >= 100 && value <= 3_600_000) return value
  throw new InvalidArgumentError('It must be a duration from 100ms to 1h.')
}

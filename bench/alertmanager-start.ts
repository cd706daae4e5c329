import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ALERTMANAGER } from '../test/alertmanager/support/upstream.ts'
import { addressOf, OURS, spawnExecutable } from './alertmanager/executable.ts'
import { cpuSecondsOf } from './process-usage.ts'
import type { BenchResult } from './report.ts'

const ROUNDS = 9
const TOGETHER = 3
const CONFIG = 'route: {receiver: a}\nreceivers: [{name: a}]\n'

interface Start {
  /** From the start of the process to the answer of the first `/api/v2/status`. */
  readonly answeredMs: number
  readonly cpuMs: number
}

/** How long a router takes from its start to its first answer: alone, and three that start at once. */
export async function benchAlertmanagerStart(): Promise<BenchResult> {
  const directory = mkdtempSync(join(tmpdir(), 'vedette-start-'))
  writeFileSync(join(directory, 'alertmanager.yml'), CONFIG)
  const programs = [OURS, ...(ALERTMANAGER === undefined ? [] : [ALERTMANAGER])]
  const alone = new Map(programs.map((program) => [program, [] as Start[]]))
  const together = new Map(programs.map((program) => [program, [] as Start[]]))
  try {
    for (const program of programs) await start(program, directory)
    for (let round = 0; round < ROUNDS; round++) {
      for (const program of programs) {
        alone.get(program)!.push(await start(program, directory))
        const all = await Promise.all(Array.from({ length: TOGETHER }, () => start(program, directory)))
        // Whoever starts three waits for the last of them.
        together.get(program)!.push(all.reduce((last, one) => (one.answeredMs > last.answeredMs ? one : last)))
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  return resultOf(alone, together)
}

/** Starts one with a state of its own, asks it once, and stops it. */
async function start(program: string, directory: string): Promise<Start> {
  const startedAt = performance.now()
  const own = mkdtempSync(join(directory, 'state-'))
  const config = `--config.file=${join(directory, 'alertmanager.yml')}`
  const child = spawnExecutable(program, [config, `--storage.path=${own}`])
  const exited = once(child, 'exit')
  try {
    const address = await addressOf(child)
    await (await fetch(`http://${address}/api/v2/status`)).text()
    return { answeredMs: performance.now() - startedAt, cpuMs: cpuSecondsOf(child.pid!) * 1_000 }
  } finally {
    child.kill('SIGTERM')
    await exited
  }
}

function resultOf(alone: ReadonlyMap<string, Start[]>, together: ReadonlyMap<string, Start[]>): BenchResult {
  const median = (starts: readonly Start[], key: keyof Start) =>
    starts.map((each) => each[key]).sort((a, b) => a - b)[Math.floor(starts.length / 2)]!
  const base = ALERTMANAGER === undefined ? undefined : alone.get(ALERTMANAGER)
  const rows = [...alone].map(([program, starts]) => {
    const answeredMs = median(starts, 'answeredMs')
    const ratio = base === undefined ? '' : (answeredMs / median(base, 'answeredMs')).toFixed(1)
    return [
      ...[program === OURS ? 'ours' : "Debian's", Math.round(answeredMs), ratio, Math.round(median(starts, 'cpuMs'))],
      Math.round(median(together.get(program)!, 'answeredMs')),
    ]
  })
  const [one, three] = [median(alone.get(OURS)!, 'answeredMs'), median(together.get(OURS)!, 'answeredMs')]
  const goal = (what: string, measuredMs: number, mostMs: number) => ({
    ...{ what, goal: `${mostMs} ms`, measured: `${Math.round(measuredMs)} ms`, isMet: measuredMs <= mostMs },
  })
  return {
    name: 'alertmanager-start',
    title: 'Start of the alert router',
    command: 'npm run bench -- alertmanager-start',
    method: `From the start of the executable to the answer of the first \`/api/v2/status\`, the compile cache warm and the state empty; medians of ${ROUNDS} rounds, both programs in turn. Of ${TOGETHER} that start at once the last counts.`,
    columns: ['router', 'first answer, ms', 'times', 'CPU until then, ms', `last of ${TOGETHER} at once, ms`],
    rows,
    targets: [goal('first answer', one, 500), goal(`last of ${TOGETHER} that start at once`, three, 900)],
  }
}

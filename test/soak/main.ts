import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { floodWithSilences } from '../alertmanager/hostile/silence-flood.ts'
import { whyNoFixture } from '../elasticsearch/fixture.ts'
import { withCleanUps } from '../support/clean-ups.ts'
import { runWithNodeKills } from '../support/elasticsearch-kill-run.ts'
import { runWithVersion } from '../support/elasticsearch-version-run.ts'
import { runWithKills } from '../support/kill-run.ts'
import { PEERS, skipWithout } from '../support/peer-program.ts'
import { faultsOf, runWithPrometheus } from '../support/prometheus-run.ts'
import { SCENARIOS } from '../support/scenarios/all.ts'
import { play } from '../support/scenarios/scenario.ts'

/** One of the things that can be played for long. */
interface Soak {
  readonly name: string
  readonly missing?: () => string | undefined
  /** Plays it once; throws if a line was lost or doubled. */
  readonly play: () => Promise<object>
}

const KILL_ROUNDS = 4
const NODE_KILL_RECORDS = 1_000_000

/**
 * `npm run soak -- --minutes 30 kills rotation`: the long forms of the faults that the tests play, those that are named or
 * all, one after the other, again and again until the time is over. Each is played to its end.
 */
const SOAKS: readonly Soak[] = [
  { name: 'kills', play: soakKills },
  { name: 'elasticsearch-9', missing: whyNoFixture, play: soakNodeKills },
  { name: 'elasticsearch-8', missing: whyNoFixture, play: () => runWithVersion('elasticsearch-8') },
  { name: 'opensearch-3', missing: whyNoFixture, play: () => runWithVersion('opensearch-3') },
  {
    name: 'prometheus',
    missing: () => skipWithout(PEERS.prometheus, PEERS.promtool) || undefined,
    play: soakPrometheus,
  },
  { name: 'silences', play: soakSilences },
  ...SCENARIOS.map((scenario) => ({ ...scenario, play: () => play(scenario, 'long') })),
]

const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, scenario: { type: 'string', multiple: true, default: [] } },
  allowPositionals: true,
})
const minutes = Number(values.minutes)
const names = [...positionals, ...values.scenario]
const unknown = names.filter((name) => !SOAKS.some((soak) => soak.name === name))
if (!(minutes > 0)) {
  process.stderr.write('--minutes must be a number above zero\n')
  process.exitCode = 2
} else if (unknown.length > 0) {
  process.stderr.write(`no scenario ${unknown.join(', ')}; there are ${SOAKS.map(({ name }) => name).join(', ')}\n`)
  process.exitCode = 2
} else {
  await soak(names.length === 0 ? SOAKS : SOAKS.filter(({ name }) => names.includes(name)))
}

async function soak(soaks: readonly Soak[]): Promise<void> {
  const endAtMs = performance.now() + minutes * 60_000
  const possible = soaks.filter(({ name, missing }) => {
    const reason = missing?.()
    if (reason !== undefined) process.stdout.write(`skipped  ${name}: ${reason}\n`)
    return reason === undefined
  })
  let played = 0
  let failures = 0
  while (possible.length > 0 && (played === 0 || performance.now() < endAtMs)) {
    const { name, play } = possible[played++ % possible.length]!
    try {
      process.stdout.write(`passed   ${name}: ${JSON.stringify(await play())}\n`)
    } catch (error) {
      failures += 1
      process.stdout.write(`FAILED   ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
  for (const { name } of possible.slice(played)) process.stdout.write(`no time  ${name}\n`)
  process.exitCode = failures === 0 && played > 0 ? 0 : 1
}

async function soakKills(): Promise<object> {
  const directory = mkdtempSync(join(tmpdir(), 'vedette-soak-'))
  try {
    const result = await runWithKills({
      directory,
      rounds: Math.min(KILL_ROUNDS, Math.ceil(minutes * 2)),
      lines: 200_000,
      containers: 12,
      rotateEveryMs: 300,
      kills: 20,
      writeForMs: 30_000,
    })
    const { audit, agent, collector } = result
    const isRight =
      audit.found === result.written && audit.lost + audit.doubled + audit.misplaced === 0 && result.exitCode === 0
    const adds = agent.taken === agent.accounted && collector.taken === collector.accounted
    if (!isRight || !adds) throw new Error(`kills: ${JSON.stringify(result)}`)
    return result
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function soakNodeKills(): Promise<object> {
  const records = NODE_KILL_RECORDS
  const result = await withCleanUps((t) => runWithNodeKills(t, { records, rounds: 3 }))
  const { found, lost, doubled, strange } = result.delivery
  const isRight = found === records && lost + doubled + strange === 0 && result.exitCode === 0
  if (!isRight || result.account.dead_letter_total + result.account.lost_total > 0) {
    throw new Error(`elasticsearch-9: ${JSON.stringify(result)}`)
  }
  return result
}

async function soakPrometheus(): Promise<object> {
  const run = await withCleanUps((t) => runWithPrometheus(t, { scrapeForMs: 180_000 }))
  const faults = faultsOf(run)
  if (faults.length > 0) throw new Error(`prometheus: ${faults.join('; ')}`)
  return run
}

/** A million silences are posted, without a limit of one's own: as many are kept as there is room for. */
async function soakSilences(): Promise<object> {
  const flood = await withCleanUps((t) => floodWithSilences(t, { silences: 1_000_000, alerts: 1_000 }))
  const { taken, refused, told, shown, peakMiB } = flood
  const isRight = taken + refused === 1_000_000 && taken === shown && told === 1_000
  if (!isRight || taken !== 200_000 || peakMiB > 3_000) throw new Error(`silences: ${JSON.stringify(flood)}`)
  return flood
}

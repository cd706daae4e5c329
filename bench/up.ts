import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { NumberedLogs, parseMessage } from '../test/support/numbered-logs.ts'
import { auditLines, countDocuments } from '../test/support/search-all.ts'
import { Stack } from '../test/support/stack.ts'
import { until } from '../test/support/until.ts'
import type { BenchResult } from './report.ts'

const CONTAINERS = 20
const LINES = 200_000
const LINES_PER_SECOND = 1_000
const STEADY_MS = 20_000
const POLL_MS = 50

/** What a user of `vedette up` waits for: the start, the backlog, and a single line in steady traffic. */
export async function benchUp(): Promise<BenchResult> {
  const directory = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  const podsDir = join(directory, 'pods')
  mkdirSync(podsDir)
  const logs = new NumberedLogs({ podsDir, containers: CONTAINERS })
  logs.write(LINES / CONTAINERS / 2)
  const stack = await Stack.start({ podsDir, dataDir: join(directory, 'data') })
  try {
    const readyMs = performance.now() - stack.startedAtMs
    const elasticsearch = stack.url('elasticsearch')
    logs.write(LINES / CONTAINERS / 2)
    const writtenAt = performance.now()
    await until('all lines are searchable', async () => (await countDocuments(elasticsearch)) >= LINES, { everyMs: 20 })
    const searchableMs = performance.now() - writtenAt
    const audit = await auditLines(elasticsearch, logs.written)
    if (audit.found !== LINES || audit.lost + audit.doubled > 0) throw new Error(JSON.stringify(audit))
    const latencies = await steadyLatencies(logs, elasticsearch)
    return resultOf(readyMs, searchableMs, latencies)
  } finally {
    await stack.stop()
    logs.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Milliseconds from the write of each line to the first search that finds it, ascending. */
async function steadyLatencies(logs: NumberedLogs, elasticsearch: string): Promise<number[]> {
  const firstNumber = logs.written[0]!
  const writtenAt: number[] = []
  const latencies: number[] = []
  const seen = logs.written.map(() => new Set<number>())
  const startedAt = performance.now()
  const expected = (LINES_PER_SECOND * STEADY_MS) / 1000
  const writing = (async () => {
    for (let rounds = 0; rounds * CONTAINERS < expected; rounds++) {
      const dueAt = startedAt + (rounds * CONTAINERS * 1000) / LINES_PER_SECOND
      await sleep(Math.max(0, dueAt - performance.now()))
      writtenAt[rounds] = performance.now()
      logs.write(1)
    }
  })()
  while (latencies.length < expected) {
    const texts = await newestTexts(elasticsearch)
    const now = performance.now()
    for (const text of texts) {
      const { container, number } = parseMessage(text)
      const round = number - firstNumber
      if (round < 0 || seen[container]!.has(round)) continue
      seen[container]!.add(round)
      latencies.push(now - writtenAt[round]!)
    }
    if (now - startedAt > STEADY_MS + 30_000)
      throw new Error(`only ${latencies.length} of ${expected} lines were found`)
    await sleep(POLL_MS)
  }
  await writing
  return latencies.toSorted((a, b) => a - b)
}

async function newestTexts(elasticsearch: string): Promise<string[]> {
  const body = { size: 4 * LINES_PER_SECOND, _source: ['body.text'], sort: [{ '@timestamp': 'desc' }] }
  const response = await fetch(`${elasticsearch}/logs-*/_search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as { hits: { hits: { _source: { body: { text: string } } }[] } }
  return answer.hits.hits.map((hit) => hit._source.body.text)
}

function resultOf(readyMs: number, searchableMs: number, latencies: readonly number[]): BenchResult {
  const at = (share: number) =>
    Math.round(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))]!)
  const seconds = (ms: number) => (ms / 1000).toFixed(1)
  return {
    name: 'up',
    title: 'The stack: from a written line to a search that finds it',
    command: 'npm run bench -- up',
    method:
      `\`vedette up\` on ${CONTAINERS} containers with ${LINES} lines, half of them written once it is ready; every line must be ` +
      `found once. Then ${LINES_PER_SECOND} lines a second for ${STEADY_MS / 1000} s, while a search asks every ${POLL_MS} ms for the newest.`,
    columns: ['ready s', 'all searchable s after the last write', 'p50 ms', 'p99 ms', 'slowest ms'],
    rows: [[seconds(readyMs), seconds(searchableMs), at(0.5), at(0.99), at(1)]],
    targets: [
      { what: 'ready line', goal: '<= 10 s', measured: `${seconds(readyMs)} s`, isMet: readyMs <= 10_000 },
      {
        what: 'backlog searchable',
        goal: '<= 5 s',
        measured: `${seconds(searchableMs)} s`,
        isMet: searchableMs <= 5_000,
      },
      { what: 'p99 of write to searchable', goal: '< 2000 ms', measured: `${at(0.99)} ms`, isMet: at(0.99) < 2_000 },
    ],
  }
}

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { NumberedLogs } from './numbered-logs.ts'
import { type Audit, auditLines, countDocuments } from './search-all.ts'
import { Stack } from './stack.ts'
import { until } from './until.ts'

export interface KillRunOptions {
  readonly directory: string
  /** Lines, kills and time are of one round. Between two, all is delivered and the rotated files are deleted. */
  readonly rounds?: number
  readonly lines: number
  readonly containers: number
  readonly rotateEveryMs: number
  readonly kills: number
  /** Time over which lines are written and services killed. */
  readonly writeForMs: number
}

export interface KillRunResult {
  readonly audit: Audit
  readonly written: number
  readonly kills: Readonly<Record<string, number>>
  /** read, acknowledged, in flight and dropped of the agent that was last. */
  readonly agent: Identity
  /** received and recovered against what became of them, of the collector that was last. */
  readonly collector: Identity
  readonly duplicates: number
  readonly exitCode: number | null
}

export interface Identity {
  readonly taken: number
  readonly accounted: number
}

const VICTIMS = ['agent', 'collector', 'store'] as const

/** Writes numbered lines, rotating, while services are killed at random; then looks for every line. */
export async function runWithKills(options: KillRunOptions): Promise<KillRunResult> {
  const podsDir = join(options.directory, 'pods')
  mkdirSync(podsDir, { recursive: true })
  const logs = new NumberedLogs({ podsDir, containers: options.containers })
  const stack = await Stack.start({ podsDir, dataDir: join(options.directory, 'data') })
  try {
    const kills = { agent: 0, collector: 0, store: 0 }
    for (let round = 1; ; round++) {
      await writeAndKill(stack, logs, options, kills)
      await settle(stack, logs)
      if (round >= (options.rounds ?? 1)) break
      logs.prune()
    }
    const audit = await auditLines(stack.url('elasticsearch'), logs.written)
    const metric = (service: 'agent' | 'collector', name: string) => stack.metric(service, `vedette_${service}_${name}`)
    const agent = {
      taken: await metric('agent', 'records_read_total'),
      accounted:
        (await metric('agent', 'records_acknowledged_total')) +
        (await metric('agent', 'records_in_flight')) +
        (await metric('agent', 'records_dropped_total')),
    }
    const parts = ['records_indexed_total', 'records_failure_store_total', 'records_duplicate_total']
    parts.push('records_dead_letter_total')
    parts.push('records_queued', 'records_in_flight', 'records_lost_total')
    const collector = {
      taken:
        (await metric('collector', 'records_received_total')) + (await metric('collector', 'records_recovered_total')),
      accounted: (await Promise.all(parts.map((name) => metric('collector', name)))).reduce(
        (sum, part) => sum + part,
        0,
      ),
    }
    const duplicates = await metric('collector', 'records_duplicate_total')
    const exitCode = await stack.stop()
    return { audit, written: logs.total, kills, agent, collector, duplicates, exitCode }
  } catch (error) {
    throw new Error(`${String(error)}\n${stack.log.slice(-40).join('\n')}`, { cause: error })
  } finally {
    logs.close()
    await stack.stop()
  }
}

async function writeAndKill(
  stack: Stack,
  logs: NumberedLogs,
  options: KillRunOptions,
  kills: Record<(typeof VICTIMS)[number], number>,
): Promise<void> {
  let isWriting = true
  const written = writeAndRotate(logs, options).finally(() => (isWriting = false))
  for (let count = 0; count < options.kills; ) {
    await sleep(Math.random() * 2 * Math.min(1_500, options.writeForMs / options.kills))
    const victim = VICTIMS[Math.floor(Math.random() * VICTIMS.length)]!
    if (!stack.kill(victim)) continue
    kills[victim] += 1
    count += 1
    // Once all is written there is nothing to interrupt; keep the last kills for then too, but do not wait for them.
    if (!isWriting && count >= options.kills) break
  }
  await written
}

async function writeAndRotate(logs: NumberedLogs, options: KillRunOptions): Promise<void> {
  const perContainer = Math.ceil(options.lines / options.containers)
  const before = logs.written[0]!
  const startedAt = performance.now()
  let rotatedAt = startedAt
  while (logs.written[0]! - before < perContainer) {
    const now = performance.now()
    const due = Math.min(perContainer, Math.ceil((perContainer * (now - startedAt)) / options.writeForMs))
    const missing = due - (logs.written[0]! - before)
    if (missing > 0) logs.write(missing)
    if (now - rotatedAt >= options.rotateEveryMs) {
      logs.rotate()
      rotatedAt = now
    }
    await sleep(10)
  }
}

/** Until everything can be searched and nothing is under way any more. */
async function settle(stack: Stack, logs: NumberedLogs): Promise<void> {
  let seen = 'nothing was seen'
  const isSettled = async () => {
    try {
      const found = await countDocuments(stack.url('elasticsearch'))
      const open = {
        inFlight: await stack.metric('agent', 'vedette_agent_records_in_flight'),
        unreadBytes: await stack.metric('agent', 'vedette_agent_unread_bytes'),
        queued: await stack.metric('collector', 'vedette_collector_records_queued'),
        indexing: await stack.metric('collector', 'vedette_collector_records_in_flight'),
      }
      seen = `${found} of ${logs.total} lines, ${JSON.stringify(open)}`
      return found >= logs.total && Object.values(open).every((value) => value === 0)
    } catch {
      return false
    }
  }
  await until('all lines are searchable and all is settled', isSettled, { timeoutMs: 120_000, everyMs: 500 }).catch(
    (error: unknown) => {
      throw new Error(`at the end there were ${seen}`, { cause: error })
    },
  )
}

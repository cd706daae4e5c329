import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Account, CollectorProcess } from './collector-process.ts'
import { auditDelivery, type Delivery } from './delivery-audit.ts'
import { type ElasticsearchNode, startElasticsearch } from './elasticsearch-node.ts'
import { numberedRecords, sendUntilTaken } from './otlp-sender.ts'
import { temporaryDirectory } from './temporary.ts'
import { until } from './until.ts'

export const STREAM = 'logs-kubernetes.otel-default'
const BATCH = 1_000
const SENDERS = 2

/** Killed in this order, each time while documents are on their way to the node. */
const VICTIMS: readonly (readonly ('collector' | 'node')[])[] = [
  ['collector'],
  ['node'],
  ['collector'],
  ['node', 'collector'],
  ['node'],
]

export interface NodeKillResult {
  readonly delivery: Delivery
  readonly count: number
  /** Of the collector that was last. */
  readonly account: Account
  readonly kills: Readonly<Record<'collector' | 'node', number>>
  /** Documents that were on their way when a kill came. */
  readonly interrupted: number
  /** Documents that the node had already when a collector that was killed, or did not hear of it, sent them again. */
  readonly duplicates: number
  readonly recovered: number
  readonly exitCode: number | null
}

/** Sends numbered records while collector and node are killed with -9 in turn, then looks for every one by its id. */
export async function runWithNodeKills(
  t: Pick<TestContext, 'after'>,
  { records, rounds = 1 }: { readonly records: number; readonly rounds?: number },
): Promise<NodeKillResult> {
  const node = await startElasticsearch(t)
  const directory = temporaryDirectory(t)
  const collector = await CollectorProcess.start(t, {
    directory: join(directory, 'collector'),
    elasticsearchUrl: node.url,
    settings: ['elasticsearch.bulk.max_bytes=256KiB'],
  })
  const turns = Array.from({ length: rounds }, () => VICTIMS).flat()
  const perTurn = Math.ceil(records / turns.length)
  const kills = { collector: 0, node: 0 }
  let duplicates = 0
  let recovered = 0
  let interrupted = 0
  let sent = 0
  try {
    for (const victims of turns) {
      const upTo = Math.min(records, sent + perTurn)
      const sending = sendNumbered(collector.url, sent, upTo)
      sent = upTo
      interrupted += await untilUnderWay(collector, node, sent)
      duplicates += await collector.metric('records_duplicate_total')
      if (victims.includes('node')) await Promise.all([node.kill(), victims.includes('collector') && collector.kill()])
      else await collector.kill()
      for (const victim of victims) kills[victim] += 1
      if (victims.includes('collector')) await collector.start()
      recovered += await collector.metric('records_recovered_total')
      if (victims.includes('node')) await node.start()
      await sending
    }
    const account = await collector.settle(240_000)
    duplicates += account.duplicate_total
    const count = await node.count(STREAM)
    const delivery = await auditDelivery(node, STREAM, records)
    return { delivery, count, account, kills, interrupted, duplicates, recovered, exitCode: await collector.stop() }
  } catch (error) {
    const said = [...collector.log.slice(-20), node.log.slice(-2_000)].join('\n')
    throw new Error(`${String(error)}\n${said}`, { cause: error })
  }
}

/**
 * Until a part of what is outstanding is indexed and others are in a bulk request. Returns how many those are: 0 if the
 * node was faster than we looked.
 */
async function untilUnderWay(collector: CollectorProcess, node: ElasticsearchNode, sent: number): Promise<number> {
  const before = await countNow(node)
  const enough = before + (sent - before) * Math.random() * 0.8
  let inFlight = 0
  const isUnderWay = async () => {
    inFlight = (await collector.account()).in_flight
    const count = await countNow(node)
    return (inFlight > 0 && count >= enough) || count >= sent
  }
  await until('documents are on their way', isUnderWay, { everyMs: 25, timeoutMs: 180_000 })
  return inFlight
}

/** What a search finds, which is behind by the refresh interval. */
async function countNow(node: ElasticsearchNode): Promise<number> {
  const { status, body } = await node.request('GET', `/${STREAM}/_count`)
  return status === 200 ? body.count : 0
}

async function sendNumbered(url: string, from: number, to: number): Promise<void> {
  let next = from
  const send = async () => {
    while (next < to) {
      const first = next
      next += BATCH
      await sendUntilTaken(url, numberedRecords(first, Math.min(BATCH, to - first)))
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, send))
}

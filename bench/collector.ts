import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OtlpSendResult, OtlpSendTask } from './otlp-sender.ts'
import { cpuSecondsOf, residentBytesOf } from './process-usage.ts'
import { startService, stopProcess } from './service.ts'

export interface CollectorBenchOptions {
  readonly lines?: number
  readonly containers?: number
  /** Flags for the collector's V8, such as --cpu-prof. */
  readonly execArgv?: readonly string[]
}

export interface CollectorFigures {
  readonly records: number
  readonly requests: number
  /** Of the messages alone. */
  readonly rawBytes: number
  readonly receivedBytes: number
  readonly bulkBytes: number
  /** CPU-seconds of the collector's process from the first request to the last answer of the sink. */
  readonly cpuSeconds: number
  readonly recordsPerCpuSecond: number
  readonly wallSeconds: number
  readonly idleRssBytes: number
  readonly peakRssBytes: number
}

interface SinkCount {
  readonly documents: number
  readonly distinct: number
  readonly bytes: number
}

const POLL_MS = 20
const DEADLINE_MS = 120_000

/**
 * Ships the corpus through a collector of its own process, with its queue on the temporary directory's disk, to a sink
 * that takes bulk requests; agent, collector and sink talk over loopback. Fails unless every id came exactly once.
 */
export async function benchCollector(options: CollectorBenchOptions = {}): Promise<CollectorFigures> {
  const { lines = 1_000_000, containers = 40, execArgv = [] } = options
  const directory = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  const sink = start('bulk-sink.ts')
  const sender = start('otlp-sender.ts')
  let collector: ChildProcess | undefined
  try {
    const { port } = await hear<{ port: number }>(sink)
    const sinkUrl = `http://127.0.0.1:${port}`
    const flags = [
      ...['--otlp.http.listen-address=127.0.0.1:0', '--otlp.grpc.listen-address=127.0.0.1:0'],
      ...['--web.listen-address=127.0.0.1:0', `--storage.path=${directory}`],
      ...['--set', `elasticsearch.nodes=["${sinkUrl}"]`],
    ]
    const started = await startService('collector', flags, execArgv)
    collector = started.process
    const task: OtlpSendTask = { url: `${started.addresses.otlp}/v1/logs`, lines, containers }
    sender.send(task)
    await hear(sender)
    const idleRssBytes = residentBytesOf(collector.pid!).now
    const cpuBefore = cpuSecondsOf(collector.pid!)
    const startedAt = performance.now()
    sender.send('go')
    const sent = await hear<OtlpSendResult>(sender)
    const count = await allArrived(sinkUrl, sent.records)
    const wallSeconds = (performance.now() - startedAt) / 1000
    const cpuSeconds = cpuSecondsOf(collector.pid!) - cpuBefore
    return {
      records: sent.records,
      requests: sent.requests,
      rawBytes: sent.rawBytes,
      receivedBytes: sent.sentBytes,
      bulkBytes: count.bytes,
      cpuSeconds,
      recordsPerCpuSecond: Math.round(sent.records / cpuSeconds),
      wallSeconds,
      idleRssBytes,
      peakRssBytes: residentBytesOf(collector.pid!).peak,
    }
  } finally {
    await Promise.all([sender, sink, ...(collector === undefined ? [] : [collector])].map(stopProcess))
    rmSync(directory, { recursive: true, force: true })
  }
}

function start(file: string): ChildProcess {
  return fork(join(import.meta.dirname, file), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

async function hear<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T]
  return message
}

/** Waits until the sink has as many documents as were sent; fails if there are others, or one twice. */
async function allArrived(sinkUrl: string, records: number): Promise<SinkCount> {
  const deadline = performance.now() + DEADLINE_MS
  for (;;) {
    const count = (await (await fetch(`${sinkUrl}/count`)).json()) as SinkCount
    if (count.documents >= records) {
      if (count.documents === records && count.distinct === records) return count
      throw new Error(`${records} records were sent, but ${count.documents} came with ${count.distinct} ids`)
    }
    if (performance.now() > deadline) throw new Error(`only ${count.documents} of ${records} records came`)
    await sleep(POLL_MS)
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchCollector(), null, 2)}\n`)

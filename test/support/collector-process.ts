import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { endChild, untilReady } from './forked-service.ts'
import { lastingPort } from './lasting-port.ts'
import { readMetric } from './read-metric.ts'
import { until } from './until.ts'

export interface CollectorProcessOptions {
  readonly directory: string
  readonly elasticsearchUrl: string
  /** `key=value`, as of `--set`. */
  readonly settings?: readonly string[]
}

/** What came in, and what became of it: the two sides of the collector's identity. */
const SOURCES = ['received_total', 'recovered_total', 'replayed_total'] as const
const FATES = [
  'indexed_total',
  'failure_store_total',
  'duplicate_total',
  'dead_letter_total',
  'dropped_total',
  'queued',
  'in_flight',
  'lost_total',
] as const
const PARTS = [...SOURCES, ...FATES]

export type Account = Readonly<Record<(typeof PARTS)[number], number>>

const MAIN = join(import.meta.dirname, '../../collector/main.ts')
/** Waits short enough for a test. */
const QUICK = ['elasticsearch.backoff.initial=20ms', 'elasticsearch.backoff.max=500ms']

/** The collector in a process of its own that can be killed and started again on the same port. */
export class CollectorProcess {
  /** What all of its processes said. */
  readonly log: string[] = []
  readonly #options: CollectorProcessOptions
  #child: ChildProcess | undefined
  #web = ''
  #otlp: string | undefined

  constructor(options: CollectorProcessOptions) {
    this.#options = options
  }

  /** One that is ready, and gone when the test is over. */
  static async start(t: Pick<TestContext, 'after'>, options: CollectorProcessOptions): Promise<CollectorProcess> {
    const collector = new CollectorProcess(options)
    t.after(() => collector.end())
    await collector.start()
    return collector
  }

  /** Of OTLP over HTTP; the same in all lives. */
  get url(): string {
    return `http://${this.#otlp}/v1/logs`
  }

  /** Of the page, the query API and the metrics; another one after each start. */
  get webUrl(): string {
    return this.#web
  }

  async start(): Promise<void> {
    const { directory, elasticsearchUrl, settings = [] } = this.#options
    this.#otlp ??= `127.0.0.1:${await lastingPort()}`
    const addresses = [`--otlp.http.listen-address=${this.#otlp}`, '--otlp.grpc.listen-address=127.0.0.1:0']
    const flags = [`--storage.path=${directory}`, ...addresses]
    const all = [`elasticsearch.nodes=["${elasticsearchUrl}"]`, ...QUICK, ...settings]
    const argv = [...flags, '--web.listen-address=127.0.0.1:0', ...all.map((setting) => `--set=${setting}`)]
    const child = fork(MAIN, argv, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    createInterface({ input: child.stderr! }).on('line', (line) => this.log.push(line))
    this.#child = child
    const { web } = await untilReady(child)
    this.#web = web!
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child !== undefined) await endChild(child, 'SIGKILL')
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | null> {
    const child = this.#child!
    this.#child = undefined
    await endChild(child)
    return child.exitCode
  }

  /** Whatever state it is in. */
  end(): Promise<void> {
    return this.kill()
  }

  /** The page of metrics of the process that runs. */
  async metrics(): Promise<string> {
    return (await fetch(`${this.#web}/metrics`)).text()
  }

  /** A metric by its name without `vedette_collector_`, its series summed up; with a label as `{reason="timeout"}`, that one. */
  async metric(name: string, label = ''): Promise<number> {
    const page = await this.metrics()
    if (label === '') return readMetric(page, `vedette_collector_${name}`)
    const line = page.split('\n').find((candidate) => candidate.startsWith(`vedette_collector_${name}${label} `))
    return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1))
  }

  /** What came in since the start and what became of it, which must be the same. */
  async account(): Promise<Account> {
    const page = await this.metrics()
    const read = (name: string) => readMetric(page, `vedette_collector_records_${name}`)
    const account = Object.fromEntries(PARTS.map((name) => [name, read(name)])) as Account
    const sum = (names: readonly (keyof Account)[]) => names.reduce((total, name) => total + account[name], 0)
    assert.equal(sum(SOURCES), sum(FATES), JSON.stringify(account))
    return account
  }

  /** Waits until nothing is queued or in flight; says what there was where that does not come. */
  async settle(timeoutMs = 120_000): Promise<Account> {
    let account: Account | undefined
    const isSettled = async () => {
      account = await this.account()
      return account.queued === 0 && account.in_flight === 0
    }
    await until('the collector has delivered everything', isSettled, { timeoutMs }).catch((error: unknown) => {
      throw new Error(`at the end: ${JSON.stringify(account)}\n${this.log.slice(-20).join('\n')}`, { cause: error })
    })
    return account!
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { messageOf } from '#lib/errors.ts'
import { buildFixture, type Fixture, type Product, whyNoFixture } from '../elasticsearch/fixture.ts'
import { lastingPort } from './lasting-port.ts'

export interface ElasticsearchNodeOptions {
  readonly product?: Product
  /** Where it keeps its data; a temporary directory unless given. */
  readonly dataDir?: string
  /** Settings of the node beyond those of the fixture, `thread_pool.write.size` and the like. */
  readonly settings?: Readonly<Record<string, string>>
  /** Flags of the JVM. By default those for a short life: code is compiled once, quickly. For measurements give none. */
  readonly javaFlags?: readonly string[]
}

/** An answer with its JSON body; undefined if it has none. */
export interface NodeAnswer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers field by field
  readonly body: any
}

const READY = /^FIXTURE_READY \{/m
const SHORT_LIVED = ['-XX:TieredStopAtLevel=1']
const START_WITHIN_MS = 120_000

/**
 * Why tests with a real server are skipped: for the option `skip` of a test. Builds the server if that was not done.
 * Where it is required (VEDETTE_REQUIRE_ELASTICSEARCH=1, as in CI), throws instead.
 */
export async function whyNoElasticsearch(product: Product = 'elasticsearch-9'): Promise<string | false> {
  let reason = whyNoFixture()
  if (reason === undefined) {
    try {
      await buildFixture(product)
      return false
    } catch (error) {
      reason = messageOf(error)
    }
  }
  if (process.env.VEDETTE_REQUIRE_ELASTICSEARCH === '1') throw new Error(`${product} is required: ${reason}`)
  return `${product}: ${reason}`
}

/** Starts a real server that is ready and gone when the test is over, with its data unless they have a place given. */
export async function startElasticsearch(
  t: Pick<TestContext, 'after'>,
  options: ElasticsearchNodeOptions = {},
): Promise<ElasticsearchNode> {
  const fixture = await buildFixture(options.product ?? 'elasticsearch-9')
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'vedette-elasticsearch-'))
  const node = new ElasticsearchNode(fixture, { ...options, dataDir })
  t.after(async () => {
    await node.kill()
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
  })
  await node.start()
  return node
}

/** A real server as a process. It ends with this one, because its standard input does. */
export class ElasticsearchNode {
  readonly dataDir: string
  /** Standard error, of all its lives. */
  log = ''
  readonly #fixture: Fixture
  readonly #javaFlags: readonly string[]
  readonly #settings: Readonly<Record<string, string>>
  #child: ChildProcess | undefined
  #exited: Promise<unknown> = Promise.resolve()
  #port = 0

  constructor(fixture: Fixture, options: ElasticsearchNodeOptions & { readonly dataDir: string }) {
    this.#fixture = fixture
    this.dataDir = options.dataDir
    this.#javaFlags = options.javaFlags ?? SHORT_LIVED
    this.#settings = options.settings ?? {}
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('the node is not running')
    return this.#child.pid
  }

  /** Starts it, on the same port and data if it ran before; resolves when all shards that there are can be searched. */
  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error('the node is running')
    const settings = Object.entries(this.#settings).flatMap(([key, value]) => ['-E', `${key}=${value}`])
    this.#port ||= await lastingPort()
    const place = ['--data', this.dataDir, '--port', String(this.#port)]
    const argv = [...this.#javaFlags, ...this.#fixture.arguments, ...place, ...settings]
    const child = spawn(this.#fixture.java, argv, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child = child
    // The pipe breaks when the node is killed.
    child.stdin.on('error', () => {})
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.log += text))
    let output = ''
    const ready = Promise.withResolvers<void>()
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (READY.test(output)) ready.resolve()
    })
    this.#exited = new Promise((resolve) => {
      child.once('error', resolve)
      child.once('close', resolve)
    })
    void this.#exited.then(() => {
      if (this.#child === child) this.#child = undefined
      ready.reject(new Error(`the node ended before it was ready:\n${this.log.slice(-4_000)}`))
    })
    const timer = setTimeout(() => {
      ready.reject(new Error(`the node is not ready within ${START_WITHIN_MS} ms:\n${this.log.slice(-4_000)}`))
    }, START_WITHIN_MS)
    try {
      await ready.promise
      // One node has no place for replicas, so that green would never come.
      await this.request(
        'GET',
        '/_cluster/health?wait_for_status=yellow&wait_for_no_initializing_shards=true&timeout=60s',
      )
    } finally {
      clearTimeout(timer)
    }
  }

  /** Ends it the hard way; does nothing if it is not running. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#exited
  }

  /** Ends it as its parent's end would: shards are closed. */
  async stop(): Promise<void> {
    this.#child?.stdin?.end()
    await this.#exited
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** Makes it hang: its sockets take what fits and nothing answers, until it is resumed. */
  suspend(): void {
    process.kill(this.pid, 'SIGSTOP')
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT')
  }

  /** Asks it. A string is sent as NDJSON, an object as JSON. */
  async request(method: string, path: string, body?: object | string): Promise<NodeAnswer> {
    const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json'
    const response = await fetch(this.url + path, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': type } }),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined,
    }
  }

  /** How many documents a search over these indices finds, all of them visible. */
  async count(indices: string): Promise<number> {
    await this.request('POST', `/${indices}/_refresh`)
    const { status, body } = await this.request('GET', `/${indices}/_count`)
    if (status !== 200) throw new Error(`_count answers ${status}: ${JSON.stringify(body)}`)
    return body.count
  }
}

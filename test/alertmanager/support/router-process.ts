import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Child } from './child.ts'

const MAIN = join(import.meta.dirname, '../../../alertmanager/main.ts')

/** The flags of a router of its own: a free port, its state in the directory, and no cluster unless told. */
export function routerFlags(
  directory: string,
  more: readonly string[] = [],
  listenAddress = '127.0.0.1:0',
): readonly string[] {
  const isMember = more.some((flag) => flag.startsWith('--cluster.listen-address='))
  const own = [`--web.listen-address=${listenAddress}`, ...(isMember ? [] : ['--cluster.listen-address='])]
  return [...own, `--storage.path=${join(directory, 'data')}`, ...more]
}

/** Starts a router without waiting for it. */
export function spawnRouter(t: Pick<TestContext, 'after'>, flags: readonly string[]): Child {
  return new Child(t, process.execPath, [MAIN, ...flags])
}

/** Something that speaks API v2: this router, or another one to compare it with. */
export class RouterClient {
  readonly child: Child
  readonly url: string

  constructor(child: Child, url: string) {
    this.child = child
    this.url = url
  }

  get(path: string): Promise<Response> {
    return fetch(this.url + path)
  }

  post(path: string, body?: unknown): Promise<Response> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) }
    return fetch(this.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, ...json })
  }

  /** Posts alerts that have this much time left, and expects that they are taken. */
  async push(alerts: readonly Readonly<Record<string, string>>[], leftMs = 3_600_000): Promise<void> {
    const nowMs = Date.now()
    const endsAt = new Date(nowMs + leftMs).toISOString()
    const startsAt = new Date(nowMs + Math.min(leftMs, 0)).toISOString()
    const response = await this.post(
      '/api/v2/alerts',
      alerts.map((labels) => ({ labels, startsAt, endsAt })),
    )
    assert.equal(response.status, 200, await response.text())
  }

  /** The value of a metric, its labels as they are printed. */
  async metric(name: string): Promise<number> {
    const text = await (await this.get('/metrics')).text()
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `))
    assert.ok(line !== undefined, `no metric ${name}`)
    return Number(line.slice(name.length + 1))
  }

  /** Resolves when the metric has at least this value. */
  async reached(name: string, value: number): Promise<void> {
    while ((await this.metric(name)) < value) await sleep(20)
  }
}

/** Starts a router and waits until it listens. */
export async function startRouter(
  t: Pick<TestContext, 'after'>,
  directory: string,
  yaml: string | undefined,
  more: readonly string[] = [],
): Promise<RouterClient> {
  const file = join(directory, 'alertmanager.yml')
  if (yaml !== undefined) writeFileSync(file, yaml)
  const flags = [`--config.file=${yaml === undefined ? '' : file}`, ...more]
  const child = spawnRouter(t, routerFlags(directory, flags))
  const [, address] = await child.printed(/msg="Listening on" address=(\S+)\n/)
  return new RouterClient(child, `http://${address}`)
}

import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { endChild, untilReady } from '../../support/forked-service.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { Core } from '../core.ts'

const MAIN = join(import.meta.dirname, '../../../store/main.ts')
const KILLS = 5
const CLIENTS = 4
const FILTER = 'filter_path=errors,items.*.status'

async function startStore(directory: string): Promise<{ store: ChildProcess; url: string }> {
  const flags = ['--web.listen-address=127.0.0.1:0', `--storage.path=${directory}`, '--set', 'retention.max_age=36500d']
  const store = fork(MAIN, flags, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const { elasticsearch } = await untilReady(store)
  return { store, url: elasticsearch! }
}

/** Sends batches of its own until the store is gone; afterwards says what was acknowledged and what it cannot know. */
class Client {
  readonly acknowledged = new Map<string, string>()
  readonly #number: number
  #next = 0
  /** The batch that has no answer yet: it is sent again, as the collector does. */
  #open: [string, string][] = []
  conflicts = 0

  constructor(number: number) {
    this.#number = number
  }

  async run(url: string): Promise<void> {
    for (;;) {
      if (this.#open.length === 0) this.#open = this.#batch()
      const body = this.#open.map(([id, source]) => `{"create":{"_index":"logs-kill","_id":"${id}"}}\n${source}\n`)
      let answer: Response
      try {
        answer = await fetch(`${url}/_bulk?${FILTER}`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-ndjson' },
          body: body.join(''),
        })
        const { items } = (await answer.json()) as { items: { create: { status: number } }[] }
        for (const [place, { create }] of items.entries()) {
          assert.ok(create.status === 201 || create.status === 409, `status ${create.status}`)
          if (create.status === 409) this.conflicts += 1
          this.acknowledged.set(...this.#open[place]!)
        }
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error
        return
      }
      this.#open = []
    }
  }

  #batch(): [string, string][] {
    return Array.from({ length: 1 + (this.#next % 37) }, () => {
      const number = this.#next++
      const second = String(number % 60).padStart(2, '0')
      // Two days, so that a request has two commits.
      const time = `2026-11-${20 + (number % 2)}T10:00:${second}.000000${String(this.#number).padStart(3, '0')}Z`
      const id = `client-${this.#number}-${number}`
      return [id, `{"@timestamp":"${time}","message":"line ${number} of ${id}"}`]
    })
  }
}

test('what was acknowledged is there once after kill -9 at any moment', async (t) => {
  const directory = temporaryDirectory(t)
  const clients = Array.from({ length: CLIENTS }, (_, number) => new Client(number))
  for (let kill = 0; kill < KILLS; kill++) {
    const { store, url } = await startStore(directory)
    if (kill === 0) {
      const body = JSON.stringify({ index_patterns: ['logs-*'], data_stream: {} })
      const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body }
      assert.equal((await fetch(`${url}/_index_template/logs`, put)).status, 200)
    }
    const running = clients.map((client) => client.run(url))
    await sleep(100 + Math.random() * 400)
    store.kill('SIGKILL')
    await Promise.all(running)
    await endChild(store, 'SIGKILL')
  }
  const core = new Core(directory)
  const stored = core.documents()
  core.stop()
  const byId = new Map(stored.map(({ id, source }) => [id, source]))
  assert.equal(byId.size, stored.length, 'no document is there twice')
  let acknowledged = 0
  for (const client of clients) {
    for (const [id, source] of client.acknowledged) assert.equal(byId.get(id), source)
    acknowledged += client.acknowledged.size
  }
  assert.ok(acknowledged > 100, `${acknowledged} documents`)
  // At most the batch that had no answer of each client is there besides.
  assert.ok(stored.length - acknowledged <= CLIENTS * 37)
})

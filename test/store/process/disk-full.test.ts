import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isDiskFull } from '../../../store/disk/sqlite.ts'
import { ElasticsearchError } from '../../../store/elasticsearch-error.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { Core, type TestDocument } from '../core.ts'

/** Fills what is left of a file system. */
function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (const size of [65_536, 4096, 512]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size, 0x2e))
      } catch {
        // No more of this size.
      }
    }
  } finally {
    closeSync(file)
  }
}

function batch(number: number): TestDocument[] {
  return Array.from({ length: 200 }, (_, place) => ({
    id: `${number}-${place}`,
    source: `{"@timestamp":"2026-11-${20 + (place % 2)}T00:00:00Z","text":"${Math.random().toString(36).repeat(8)}"}`,
  }))
}

test('a full disk refuses for now, loses nothing, and is over when there is room', (t) => {
  const directory = temporaryDirectory(t)
  const mounted = spawnSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=4m', 'vedette-test', directory])
  if (mounted.status !== 0) return t.skip('needs the right to mount a tmpfs')
  try {
    overfill(directory)
  } finally {
    spawnSync('/usr/bin/umount', ['-l', directory])
  }
})

function overfill(directory: string): void {
  const core = new Core(directory)
  core.putStreamTemplate()
  const known = new Map<string, string>()
  let refusals = 0
  const send = (documents: readonly TestDocument[]) => {
    let statuses: number[]
    try {
      statuses = core.statuses(documents)
    } catch (error) {
      assert.ok(isDiskFull(error) || error instanceof ElasticsearchError, String(error))
      refusals += 1
      return false
    }
    for (const [place, { id = '', source }] of documents.entries()) {
      const status = statuses[place]!
      assert.ok([201, 409, 429].includes(status), `status ${status}`)
      if (status === 429) refusals += 1
      else known.set(id, source)
    }
    return !statuses.includes(429)
  }
  for (let number = 0; number < 200 && refusals < 3; number++) send(batch(number))
  assert.ok(refusals > 0)
  fill(join(directory, 'filler'))
  const waiting = batch(1000)
  assert.equal(send(waiting), false)
  const check = () => {
    const stored = core.documents()
    const byId = new Map(stored.map(({ id, source }) => [id, source]))
    assert.equal(byId.size, stored.length)
    for (const [id, source] of known) assert.equal(byId.get(id), source)
  }
  check()
  rmSync(join(directory, 'filler'))
  assert.equal(spawnSync('/usr/bin/mount', ['-o', 'remount,size=32m', directory]).status, 0)
  assert.equal(send(waiting), true)
  core.restart()
  check()
  core.stop()
}

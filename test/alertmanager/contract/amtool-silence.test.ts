import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryDirectory } from '../../support/temporary.ts'
import { startRouter } from '../support/router-process.ts'
import { AMTOOL, missing } from '../support/upstream.ts'

const run = promisify(execFile)

test('amtool adds, shows, changes, ends and imports silences', missing(AMTOOL, 'amtool'), async (t) => {
  const directory = temporaryDirectory(t)
  const router = await startRouter(t, directory, undefined, ['--silences.max-silences=9'])
  const silence = async (...args: readonly string[]) => {
    const all = ['--alertmanager.url', router.url, 'silence', ...args]
    return (await run(AMTOOL!, all)).stdout.trim()
  }
  const id = await silence('add', 'alertname=Disk', 'instance=~web.*', '-c', 'quiet', '-a', 'me', '-d', '2h')
  assert.match(id, /^[0-9a-f-]{36}$/)
  assert.equal(await silence('query', '-q'), id)
  assert.equal(await silence('query', '-q', 'alertname=Disk'), id)
  assert.equal(await silence('query', '-q', 'alertname=Other'), '')
  assert.match(await silence('query', '-o', 'extended'), /\{alertname="Disk",instance=~"web\.\*"\}/)

  assert.match(await silence('update', id, '-d', '3h', '-c', 'longer'), new RegExp(id))
  const [shown] = JSON.parse(await silence('query', '-o', 'json')) as { comment: string; id: string }[]
  assert.deepEqual([shown?.id, shown?.comment], [id, 'longer'])

  await silence('expire', id)
  assert.equal(await silence('query', '-q'), '')
  assert.equal(await silence('query', '-q', '--expired'), id)
  await silence('expire', id)

  const file = join(directory, 'silences.json')
  const exported = JSON.parse(await silence('query', '-o', 'json', '--expired')) as object[]
  const endsAt = new Date(Date.now() + 3_600_000).toISOString()
  writeFileSync(
    file,
    JSON.stringify([
      { ...exported[0], endsAt },
      { ...exported[0], endsAt, id: '5d56a3e4-6e61-4dd8-a4a4-7d0f44a8b7c5' },
    ]),
  )
  await silence('import', '--force', file)
  assert.equal((await silence('query', '-q')).split('\n').length, 2)
  await assert.rejects(
    silence('add', 'x=', '-c', 'c', '-a', 'a'),
    /at least one matcher must not match the empty string/,
  )
})

import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openWatch } from '../../../agent/discover/open-watch.ts'
import { DirectoryWatches } from '../../../agent/discover/watches.ts'
import { ManualWatches } from '../../support/manual-watches.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'

function watchesOf(t: TestContext, open = new ManualWatches()) {
  const root = temporaryDirectory(t)
  const path = (name: string) => join(root, name)
  for (const name of ['a', 'b', 'c', 'd']) mkdirSync(path(name))
  const changes: string[] = []
  const errors: string[] = []
  const watches = new DirectoryWatches({
    open: open.open,
    onChange: (directory, contentOnly) => changes.push(`${directory.slice(root.length + 1)} ${contentOnly}`),
    onError: (directory, error) => errors.push(`${directory.slice(root.length + 1)} ${(error as Error).message}`),
  })
  t.after(() => watches.close())
  return { watches, open, path, changes, errors }
}

for (const code of ['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM']) {
  test(`${code}: the rest is polled, it is said once, and tried again`, (t) => {
    const { watches, open, path, changes, errors } = watchesOf(t)
    Object.assign(open, { limit: 2, code })
    for (const name of ['a', 'b', 'c', 'd']) watches.add(path(name))
    assert.deepEqual([watches.watchedCount, watches.unwatchedCount, open.attempts], [2, 2, 3])
    assert.deepEqual(errors, [`c ${code}: no more watches`])
    watches.add(path('c'))
    assert.equal(open.attempts, 3, 'listing it again does not try again')

    watches.retry()
    assert.deepEqual([watches.watchedCount, watches.unwatchedCount, open.attempts], [2, 2, 4])
    watches.remove(path('a'))
    watches.retry()
    assert.deepEqual([watches.watchedCount, watches.unwatchedCount], [2, 1])
    assert.deepEqual(changes, ['c false'], 'what happened in the meantime has to be found out')
    open.limit = 9
    watches.retry()
    assert.deepEqual([watches.watchedCount, watches.unwatchedCount], [3, 0])
    assert.deepEqual(errors.length, 1, 'said once')
    open.limit = 0
    watches.add(path('a'))
    watches.retry()
    assert.deepEqual([changes.length, errors.length], [2, 2], 'and again when they have run out again')
  })
}

test('a directory that cannot be watched for a reason of its own does not stop the others', (t) => {
  const { watches, open, path, errors } = watchesOf(t)
  Object.assign(open, { limit: 0, code: 'EACCES' })
  watches.add(path('a'))
  open.limit = 9
  watches.add(path('b'))
  watches.add(path('missing'))
  assert.deepEqual([watches.watchedCount, watches.unwatchedCount, errors.length], [1, 1, 1])
  open.fail(path('b'), 'EIO')
  assert.deepEqual([watches.watchedCount, watches.unwatchedCount, errors.length], [0, 2, 2])
  watches.remove(path('a'))
  watches.remove(path('b'))
  assert.equal(watches.unwatchedCount, 0)
})

test('a busy directory is left alone until it is calm', (t) => {
  const { watches, open, path, changes } = watchesOf(t)
  watches.add(path('a'))
  for (let event = 0; event < 50; event++) open.tell(path('a'), 'change', '0.log')
  assert.deepEqual([changes.length, watches.watchedCount, watches.isPaused(path('a'))], [21, 0, true])
  watches.add(path('a'))
  assert.equal(watches.watchedCount, 0)
  watches.resetCounts()
  watches.resume(path('a'))
  open.tell(path('a'), 'change', '0.log')
  assert.deepEqual([changes.length, watches.watchedCount, watches.isPaused(path('a'))], [22, 1, false])
})

test('one that is wanted again when there are no watches left is polled', (t) => {
  const { watches, open, path } = watchesOf(t)
  watches.add(path('a'))
  for (let event = 0; event < 50; event++) open.tell(path('a'), 'change', '0.log')
  open.limit = 0
  watches.resume(path('a'))
  assert.deepEqual([watches.watchedCount, watches.unwatchedCount], [0, 1])
})

test('an event of the directory itself may mean that another one has its path', (t) => {
  const { watches, open, path, changes } = watchesOf(t)
  watches.add(path('a'))
  open.tell(path('a'), 'rename', '0.log')
  assert.deepEqual([changes, open.directories], [['a false'], [path('a')]])
  open.tell(path('a'), 'rename', 'a')
  assert.deepEqual([changes.length, open.directories], [2, []])
  watches.add(path('a'))
  assert.deepEqual(open.directories, [path('a')])
})

test('the real thing tells of a directory', async (t) => {
  const root = temporaryDirectory(t)
  const told: string[] = []
  const listener = {
    onEvent: (directory: string, type: string, name: string | null) =>
      told.push(`${directory === root} ${type} ${name}`),
    onFailure: (directory: string) => told.push(`${directory} failed`),
  }
  const watch = openWatch(root, listener)
  t.after(() => watch.close())
  mkdirSync(join(root, 'new'))
  await until('it is told', () => told.includes('true rename new'), { everyMs: 5 })
  assert.throws(() => openWatch(join(root, 'missing'), listener), { code: 'ENOENT' })
})

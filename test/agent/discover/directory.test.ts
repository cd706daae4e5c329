import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Directory } from '../../../agent/discover/directory.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

function setUp(t: TestContext) {
  const path = join(temporaryDirectory(t), 'pod')
  mkdirSync(path)
  return { path, directory: new Directory(path), changedAtMs: () => statSync(path).ctimeMs }
}

test('a directory that has not changed need not be listed, but now and then', (t) => {
  const { directory, changedAtMs } = setUp(t)
  const nowMs = changedAtMs() + 5_000
  assert.equal(directory.look(nowMs), 'changed')
  assert.equal(directory.look(nowMs), 'same')
  assert.equal(directory.look(nowMs + 119_000), 'same')
  assert.equal(directory.look(nowMs + 120_000), 'changed')
  assert.equal(directory.look(nowMs + 121_000), 'same')
  assert.equal(directory.look(nowMs - 3_600_000), 'changed', 'the clock was set back')
  directory.distrust()
  assert.equal(directory.look(nowMs), 'changed')
})

test('one that has just changed may change again without a sign, so it is listed again', (t) => {
  const { directory, changedAtMs } = setUp(t)
  const nowMs = changedAtMs()
  for (const afterMs of [0, 500, 999, 1_000]) assert.equal(directory.look(nowMs + afterMs), 'changed')
  assert.equal(directory.look(nowMs + 1_001), 'same')
})

test('what comes, goes and is renamed is seen; what is written to a file is not', (t) => {
  const { path, directory, changedAtMs } = setUp(t)
  const look = () => directory.look(changedAtMs() + 60_000)
  const log = join(path, '0.log')
  look()
  /** The file system counts in milliseconds, the test does not. */
  const after = (change: () => void) => {
    const before = changedAtMs()
    for (let attempt = 0; attempt < 10_000 && changedAtMs() === before; attempt++) change()
    return look()
  }
  const recreate = () => {
    rmSync(log, { force: true })
    writeFileSync(log, '')
  }
  assert.equal(after(recreate), 'changed')
  assert.equal(look(), 'same')
  writeFileSync(log, 'more')
  assert.equal(look(), 'same')
  const rename = () => {
    renameSync(log, `${log}.1`)
    renameSync(`${log}.1`, log)
  }
  assert.equal(after(rename), 'changed')
  const remove = () => {
    unlinkSync(log)
    writeFileSync(log, '')
  }
  assert.equal(after(remove), 'changed')
})

test('another directory at the same path, and none', (t) => {
  const { path, directory, changedAtMs } = setUp(t)
  directory.look(changedAtMs() + 5_000)
  mkdirSync(`${path}-2`)
  renameSync(path, `${path}-1`)
  renameSync(`${path}-2`, path)
  assert.equal(directory.look(changedAtMs() + 5_000), 'replaced')
  assert.equal(directory.look(changedAtMs() + 5_000), 'same')
  rmSync(path, { recursive: true })
  assert.equal(directory.look(0), 'gone')
})

import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { FakeJournal } from '../../support/fake-journal.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { runDoctor } from './doctor-run.ts'

test('files that globs match, that are not there yet, that cannot be read; nothing of pods where they are not read', async (t) => {
  const directory = temporaryDirectory(t)
  mkdirSync(join(directory, 'app/deep'), { recursive: true })
  for (const name of ['a.log', 'b.log', 'b.log.gz', 'deep/c.log']) writeFileSync(join(directory, 'app', name), 'x\n')
  symlinkSync('..', join(directory, 'app/deep/up'))
  symlinkSync('loop.log', join(directory, 'app/loop.log'))
  const files = [
    { paths: [join(directory, 'app/[ab].log*')], exclude: ['b.log'] },
    { paths: [join(directory, 'none/*.log')] },
    { paths: [join(directory, 'app/{loop,a}.log')] },
    { paths: [join(directory, 'app/**/c.log')] },
  ]
  const { of } = await runDoctor({
    directory,
    settings: ['logs.enabled=false', `files=${JSON.stringify(files)}`],
    env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' },
  })
  const [some, none, mixed, trouble, ...deep] = of('files')
  assert.equal(some, 'ok files[0]: 1 files')
  assert.match(none!, /^warn files\[1\]: there is no file like .*none\/\*\.log -> They are found when they come/)
  assert.equal(mixed, 'ok files[2]: 1 files')
  assert.match(trouble!, /^fail files\[2\]: cannot read \(ELOOP\): .*loop\.log -> A link leads back/)
  assert.match(deep[0]!, /^ok files\[3\]: \d+ files$/)
  for (const check of ['pods-directory', 'spool', 'own-logs', 'journal']) assert.deepEqual(of(check), [])
})

test('a journal that can be read, that has nothing, that journalctl cannot open, and no journalctl', async (t) => {
  const directory = temporaryDirectory(t)
  const journal = new FakeJournal(directory)
  const finding = async (program: string) => {
    const settings = ['journald.enabled=true', `journald.journalctl=${program}`]
    return (await runDoctor({ directory, settings })).of('journal')[0]!
  }
  assert.match(await finding(journal.program), /^warn journalctl finds no entry -> Check journald\.directory/)
  journal.add('an entry')
  assert.equal(await finding(journal.program), 'ok the newest entry is of 2026-11-21T10:46:00.001Z')
  journal.misbehave({ endAfter: 0, code: 1, stderr: 'Failed to open files: Permission denied' })
  assert.match(await finding(journal.program), /^fail journalctl: Failed to open files: Permission denied -> Run it by/)
  assert.match(await finding(join(directory, 'none')), /^fail journald\.journalctl: there is no .*none -> Install it/)
})

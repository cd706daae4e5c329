import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { SystemNodeFiles } from '../../../../agent/gather/node/node-files.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'

const openFiles = (): number => readdirSync('/proc/self/fd').length

it('reads files of any size whole, as bytes', (t) => {
  const directory = temporaryDirectory(t)
  const files = new SystemNodeFiles()
  t.after(() => files.close())
  for (const size of [0, 1, 65_535, 65_536, 65_537, 1_000_000]) {
    const path = join(directory, String(size))
    writeFileSync(path, Buffer.alloc(size, 'ü'))
    const text = files.read(path)
    assert.equal(text.length, size)
    assert.ok(Buffer.from(text, 'latin1').equals(Buffer.alloc(size, 'ü')))
    assert.equal(files.readAgain(path), text)
  }
  assert.throws(() => files.read('/dev/zero'), /more than 8388608 bytes/)
  assert.throws(() => files.read(directory), { code: 'EISDIR' })
  assert.throws(() => files.readAgain(join(directory, 'none')), { code: 'ENOENT' })
})

it('keeps a file of the kernel open, and sees what is in it now', (t) => {
  const files = new SystemNodeFiles()
  const before = openFiles()
  const first = files.readAgain('/proc/self/stat')
  // Something for the kernel to count.
  for (let index = 0; index < 100; index++) files.readAgain('/proc/uptime')
  assert.equal(openFiles(), before + 2)
  assert.notEqual(files.readAgain('/proc/self/stat'), '')
  assert.equal(first.split(' ')[0], files.readAgain('/proc/self/stat').split(' ')[0])
  const path = join(temporaryDirectory(t), 'value')
  writeFileSync(path, 'long before\n')
  assert.equal(files.readAgain(path), 'long before\n')
  writeFileSync(path, '2\n')
  assert.equal(files.readAgain(path), '2\n')
  files.close()
  assert.equal(openFiles(), before)
})

it('does not keep more files open than it may, nor those that cannot be read', (t) => {
  const directory = temporaryDirectory(t)
  const files = new SystemNodeFiles()
  t.after(() => files.close())
  const before = openFiles()
  for (let index = 0; index < 600; index++) {
    writeFileSync(join(directory, `f${index}`), `${index}`)
    assert.equal(files.readAgain(join(directory, `f${index}`)), `${index}`)
  }
  assert.equal(openFiles(), before + 512)
  assert.throws(() => files.readAgain(directory), { code: 'EISDIR' })
  assert.equal(openFiles(), before + 512)
})

it('lets go of what went', async (t) => {
  const files = new SystemNodeFiles()
  t.after(() => files.close())
  const before = openFiles()
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  const path = `/proc/${child.pid}/stat`
  assert.match(files.readAgain(path), new RegExp(`^${child.pid} `))
  assert.equal(openFiles(), before + 1)
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.throws(() => files.readAgain(path), { code: 'ENOENT' })
  assert.equal(openFiles(), before)
})

it('lists directories in order, and follows links', (t) => {
  const directory = temporaryDirectory(t)
  const files = new SystemNodeFiles()
  for (const name of ['b', 'a']) symlinkSync(directory, join(directory, name))
  assert.deepEqual(files.list(directory), ['a', 'b'])
  assert.equal(files.realPath(join(directory, 'a/b')), files.realPath(directory))
})

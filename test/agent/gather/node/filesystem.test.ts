import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createProcessStatfs, type FsStats, poolStatfs, type Statfs } from '../../../../agent/gather/node/statfs.ts'
import { NodeHarness } from '../../../support/node-harness.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'

const STATS: FsStats = { blockBytes: 4096, blocks: 100, free: 60, available: 50, files: 10, filesFree: 9 }

function mountLine(mountpoint: string, type: string, source: string, options = 'rw', superOptions = 'rw'): string {
  return `22 1 0:21 / ${mountpoint} ${options},relatime shared:1 master:2 - ${type} ${source} ${superOptions},x\n`
}

/** A gatherer of file systems alone; calls wait until the test settles them, unless `answer` says what they do. */
function create(
  mountinfo: string,
  options: { answer?: (path: string) => FsStats | Error | undefined; root?: string } = {},
) {
  const { answer = () => STATS, root = '/' } = options
  const asked: string[] = []
  const cancelled: string[] = []
  const waiting = new Map<string, (stats: FsStats) => void>()
  const statfs =
    (kind: string): Statfs =>
    (path) => {
      const name = path.toString()
      asked.push(`${kind} ${name}`)
      const result = answer(name)
      const done = new Promise<FsStats>((resolve, reject) => {
        if (result instanceof Error) reject(result)
        else if (result !== undefined) resolve(result)
        else waiting.set(name, resolve)
      })
      return { done, cancel: () => cancelled.push(name) }
    }
  const harness = new NodeHarness(
    { '/proc/1/mountinfo': mountinfo },
    {
      config: { collectors: ['filesystem'], rootfs: root },
      deps: { statfs: { local: statfs('local'), remote: statfs('remote') } },
    },
  )
  return { harness, asked, cancelled, waiting }
}

type Round = Awaited<ReturnType<NodeHarness['gather']>>

/** `node_filesystem_device_error` by mount point. */
function errorsOf(series: Round): Record<string, number> {
  const errors: Record<string, number> = {}
  for (const { name, labels, value, isEnd } of series.values()) {
    if (name === 'node_filesystem_device_error' && !isEnd) errors[labels.mountpoint!] = value
  }
  return errors
}

describe('file systems', () => {
  it('have sizes in bytes, and names as people know them', async () => {
    const table =
      mountLine('/', 'ext4', '/dev/sda1') +
      mountLine('/srv/my\\040data\\011\\134x', 'xfs', '/dev/disk\\040a', 'ro') +
      mountLine('/Bücher', 'vfat', '/dev/sdc1', 'rw', 'ro') +
      mountLine('/proc', 'proc', 'proc') +
      mountLine('/var/lib/kubelet/pods/1/volumes/x', 'tmpfs', 'tmpfs') +
      mountLine('/', 'ext4', '/dev/sda1')
    const { harness, asked } = create(table)
    const series = await harness.gather()
    assert.deepEqual(asked, ['local /', 'local /srv/my data\t\\x', 'local /Bücher'])
    const labels = 'device="/dev/disk a",fstype="xfs",mountpoint="/srv/my data\\t\\\\x"'
    const values = (name: string) => series.get(`node_filesystem_${name}{${labels}}`)?.value
    const names = ['size_bytes', 'free_bytes', 'avail_bytes', 'files', 'files_free', 'readonly', 'device_error']
    assert.deepEqual(names.map(values), [409_600, 245_760, 204_800, 10, 9, 1, 0])
    const readOnly = [...series.values()].filter(({ name }) => name === 'node_filesystem_readonly')
    assert.deepEqual(
      readOnly.map(({ value }) => value),
      [0, 1, 1],
    )
  })

  it('are asked below the root of the node, and known without it', async () => {
    const table =
      mountLine('/', 'ext4', '/dev/a') +
      mountLine('/host', 'ext4', '/dev/b') +
      mountLine('/host/data', 'ext4', '/dev/c') +
      mountLine('/hosting', 'ext4', '/dev/d')
    const { harness, asked } = create(table, { root: '/host/' })
    const errors = errorsOf(await harness.gather())
    assert.deepEqual(Object.keys(errors), ['/', '/data', '/hosting'])
    assert.deepEqual(asked, ['local /host/', 'local /host/', 'local /host/data', 'local /host/hosting'])
  })

  it('that fail have an error and nothing else', async () => {
    const { harness } = create(mountLine('/', 'ext4', '/dev/a') + mountLine('/bad', 'ext4', '/dev/b'), {
      answer: (path) => (path === '/bad' ? new Error('EIO') : STATS),
    })
    const series = await harness.gather()
    assert.deepEqual(errorsOf(series), { '/': 0, '/bad': 1 })
    assert.equal([...series.keys()].filter((key) => key.includes('"/bad"')).length, 1)
    assert.equal(series.get('node_scrape_collector_success{collector="filesystem"}')!.value, 1)
    assert.deepEqual(
      harness.happened.map(({ event }) => event),
      ['nodeMountUnreadable'],
    )
  })

  it('that go end, and others come', async () => {
    const { harness } = create(mountLine('/', 'ext4', '/dev/a') + mountLine('/usb', 'vfat', '/dev/b'))
    await harness.gather()
    harness.files.contents.set(
      '/proc/1/mountinfo',
      mountLine('/', 'ext4', '/dev/a') + mountLine('/new', 'ext4', '/dev/c'),
    )
    const series = await harness.gather()
    assert.deepEqual(errorsOf(series), { '/': 0, '/new': 0 })
    assert.equal([...series.values()].filter(({ isEnd, labels }) => isEnd && labels.mountpoint === '/usb').length, 7)
  })

  it("are the agent's own where the first process may not be asked", async () => {
    const { harness } = create('')
    harness.files.contents.set('/proc/1/mountinfo', Object.assign(new Error('EACCES'), { code: 'EACCES' }))
    harness.files.contents.set('/proc/self/mountinfo', mountLine('/', 'ext4', '/dev/a'))
    assert.deepEqual(errorsOf(await harness.gather()), { '/': 0 })
  })

  it('are refused where a line is cut', async () => {
    for (const text of ['22 1 0:21 / / rw - ext4', '22 1 0:21 / /', '22 1 0:21 / / rw ext4 /dev/a rw\n']) {
      const { harness } = create(mountLine('/', 'ext4', '/dev/a') + text)
      const series = await harness.gather()
      assert.equal(series.get('node_scrape_collector_success{collector="filesystem"}')!.value, 0)
      assert.deepEqual(errorsOf(series), {})
    }
  })
})

describe('a file system that hangs', () => {
  const table =
    mountLine('/', 'ext4', '/dev/a') +
    mountLine('/nfs', 'nfs4', 'server:/x') +
    mountLine('/sshfs', 'fuse.sshfs', 'me@host:')

  it('costs the time-out once, is left alone for a minute and while its call is open, and comes back', async () => {
    let isDead = true
    const { harness, asked, cancelled, waiting } = create(table, {
      answer: (path) => (path === '/nfs' && isDead ? undefined : STATS),
    })
    const first = harness.gather()
    await harness.clock.advance(4_999)
    assert.deepEqual(cancelled, [])
    await harness.clock.advance(1)
    assert.deepEqual(errorsOf(await first), { '/': 0, '/nfs': 1, '/sshfs': 0 })
    assert.deepEqual(cancelled, ['/nfs'])
    assert.deepEqual(
      harness.happened.map(({ event, detail }) => [event, (detail as { path: string }).path]),
      [['nodeMountHung', '/nfs']],
    )
    isDead = false
    asked.length = 0
    // The call is open for two minutes more, as that of a process that cannot be killed.
    await harness.clock.advance(120_000)
    assert.deepEqual(errorsOf(await harness.gather()), { '/': 0, '/nfs': 1, '/sshfs': 0 })
    assert.deepEqual(new Set(asked), new Set(['local /', 'remote /sshfs']))
    waiting.get('/nfs')!(STATS)
    await harness.clock.advance(1)
    assert.deepEqual(errorsOf(await harness.gather()), { '/': 0, '/nfs': 0, '/sshfs': 0 })
  })

  it('is not asked at once although its call was cut short', async () => {
    const { harness, asked, waiting } = create(table, { answer: (path) => (path === '/nfs' ? undefined : STATS) })
    const first = harness.gather()
    await harness.clock.advance(5_000)
    await first
    waiting.get('/nfs')!(STATS)
    await harness.clock.advance(10_000)
    asked.length = 0
    assert.equal(errorsOf(await harness.gather())['/nfs'], 1)
    assert.ok(!asked.includes('remote /nfs'))
    await harness.clock.advance(60_000)
    const again = harness.gather()
    await harness.clock.advance(5_000)
    await again
    assert.ok(asked.includes('remote /nfs'))
  })

  it('takes no more than two threads of the pool', async () => {
    const local = Array.from({ length: 5 }, (_, index) => mountLine(`/disk${index}`, 'xfs', `/dev/sd${index}`)).join('')
    const { harness, asked } = create(local, { answer: () => undefined })
    const round = harness.gather()
    await harness.clock.advance(5_000)
    await harness.clock.advance(5_000)
    const errors = errorsOf(await round)
    assert.deepEqual(asked, ['local /disk0', 'local /disk1'])
    assert.deepEqual(Object.values(errors), [1, 1, 1, 1, 1])
  })

  it('does not hold up the end', async () => {
    const { harness } = create(table, { answer: () => undefined })
    const stopping = new AbortController()
    const round = harness.gatherer.gather(stopping.signal)
    stopping.abort()
    await round
    assert.equal(harness.sent.length, 0)
  })
})

describe('statfs', () => {
  it('in a process of its own tells what the call tells', async (t) => {
    const path = Buffer.from(temporaryDirectory(t, 'vedette space-'))
    const [inPool, inProcess] = [await poolStatfs(path).done, await createProcessStatfs()(path).done]
    // Free space and files change meanwhile.
    for (const key of ['blockBytes', 'blocks', 'files'] as const) assert.equal(inProcess[key], inPool[key], key)
    assert.ok(Math.abs(inProcess.free - inPool.free) < 0.1 * inPool.blocks)
    assert.ok(inProcess.available <= inProcess.free)
    assert.ok(inProcess.filesFree <= inProcess.files)
  })

  it('fails on what is not there, and when it is given up', async (t) => {
    await assert.rejects(poolStatfs(Buffer.from('/nowhere/at/all')).done, /ENOENT/)
    await assert.rejects(createProcessStatfs()(Buffer.from('/nowhere/at/all')).done, /No such file/)
    await assert.rejects(createProcessStatfs('/nowhere/stat')(Buffer.from('/')).done, /ENOENT/)
    const program = join(temporaryDirectory(t), 'stat')
    writeFileSync(program, '#!/bin/sh\nexec sleep 600\n', { mode: 0o700 })
    const call = createProcessStatfs(program)(Buffer.from('/'))
    call.cancel()
    await assert.rejects(call.done, /SIGKILL/)
  })
})

import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { ContainerFiles } from '../../support/container-files.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { runDoctor } from './doctor-run.ts'

const NOBODY = 65_534

test('a node where all is well', async (t) => {
  const directory = temporaryDirectory(t)
  const podsDir = join(directory, 'pods')
  new ContainerFiles(podsDir, 'web-0').write(['a'])
  const web = new ContainerFiles(podsDir, 'web-1')
  web.write(['b'])
  web.write(['c'], '0.log.20261121-104600')
  mkdirSync(join(directory, 'state'))
  const { of } = await runDoctor({ directory, settings: ['logs.exclude=[{pod: web-0}]'] })
  assert.deepEqual(of('pods-directory'), [`ok ${podsDir}: 2 pods, 1 containers, 1 more excluded, 2 log files`])
  assert.deepEqual(of('log-files'), ['ok all can be opened'])
  assert.match(of('inotify')[0]!, /^ok 4 of \d+ watches, 1 of \d+ instances$/)
  assert.match(of('open-files')[0]!, /^ok 66 are needed/)
  assert.match(of('state-directory')[0]!, /\/state: writable, \S+ free/)
  assert.deepEqual(readdirSync(join(directory, 'state')), [])
  assert.deepEqual(of('spool'), [`ok ${directory}/vedette-spool: links can be made, for up to 2GiB of deleted files`])
  assert.deepEqual(readdirSync(directory).sort(), ['pods', 'state'])
})

test('a spool that is off, on another file system, on a disk that is nearly full', async (t) => {
  const directory = temporaryDirectory(t)
  new ContainerFiles(join(directory, 'pods')).write(['a'])
  const off = await runDoctor({ directory, settings: ['logs.spool.mode=off'] })
  assert.match(off.of('spool')[0]!, /^ok switched off/)
  const full = await runDoctor({ directory, settings: ['logs.spool.min_free_bytes=1000000GiB'] })
  assert.match(full.of('spool')[0]!, /^warn .* but less than logs\.spool\.min_free_bytes are free -> Free some space/)
  if (!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync(directory).dev) return
  const elsewhere = await runDoctor({ directory, settings: ['logs.spool.dir=/dev/shm/vedette-none'] })
  assert.match(elsewhere.of('spool')[0]!, /^warn cannot link .*EXDEV.* -> Put logs\.spool\.dir on the file system/)
})

test('a directory that is not there, or has no pods', async (t) => {
  const directory = temporaryDirectory(t)
  const missing = await runDoctor({ directory, settings: [`logs.pods_dir=${directory}/none`] })
  assert.match(missing.of('pods-directory')[0]!, /^fail logs\.pods_dir: there is no directory .*\/none -> Mount/)
  assert.deepEqual(missing.of('inotify'), [])
  const empty = await runDoctor({ directory })
  assert.match(empty.of('pods-directory')[0]!, /^warn .* has no directories of pods -> /)
})

test('links that lead nowhere, as without the mount of Docker, and to themselves', async (t) => {
  const directory = temporaryDirectory(t)
  const files = new ContainerFiles(join(directory, 'pods'))
  symlinkSync('/var/lib/docker/containers/abc/abc-json.log', files.path('0.log'))
  symlinkSync('/var/lib/docker/containers/def/def-json.log', files.path('1.log'))
  symlinkSync(files.path('2.log'), files.path('2.log'))
  const { of } = await runDoctor({ directory })
  const [dangling, loop] = of('log-files')
  assert.match(dangling!, /^fail link to a file that is not there: \S+\/0\.log -> \S+abc-json\.log, and 1 more/)
  assert.match(dangling!, /-> Mount \/var\/lib\/docker\/containers of the node at the same path/)
  assert.match(loop!, /^fail cannot open \(ELOOP\): \S+\/2\.log -> A link leads back to itself/)
})

test('files that may not be read, and why', async (t) => {
  const directory = temporaryDirectory(t)
  chmodSync(directory, 0o755)
  const files = new ContainerFiles(join(directory, 'pods'))
  files.write(['secret'])
  chmodSync(files.path(), 0o000)
  const isRoot = process.geteuid?.() === 0
  const asNobody = async (status?: string) => {
    if (isRoot) process.seteuid?.(NOBODY)
    try {
      return (
        await runDoctor({ directory, ...(status === undefined ? {} : { files: { '/proc/self/status': status } }) })
      ).of('log-files')
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  }
  assert.match(
    (await asNobody())[0]!,
    /^fail cannot open \(EACCES\): \S+\/0\.log -> Run as uid 0 \(it is \d+\) or with/,
  )
  const status = (uid: number, capabilities: string) =>
    `Uid:\t${uid}\t${uid}\t${uid}\t${uid}\nCapEff:\t${capabilities}\n`
  assert.match(
    (await asNobody(status(0, '0000000000000000')))[0]!,
    / -> Give the process the capability DAC_READ_SEARCH/,
  )
  assert.match((await asNobody(status(0, '0000000000000004')))[0]!, / -> This user may read everything, so .*spc_t/)
})

test('limits of the kernel, each with the command that raises it', async (t) => {
  const directory = temporaryDirectory(t)
  for (let n = 0; n < 4; n++) new ContainerFiles(join(directory, 'pods'), `web-${n}`).write(['a'])
  const { of } = await runDoctor({
    directory,
    files: {
      '/proc/sys/fs/inotify/max_user_watches': '8\n',
      '/proc/self/limits':
        'Limit                     Soft Limit           Hard Limit           Units     \nMax open files            100                  1000                 files     \n',
    },
  })
  assert.match(
    of('inotify')[0]!,
    /^warn 9 directories are to be watched, .* is 8 .* -> .*fs\.inotify\.max_user_watches=524288/,
  )
  assert.match(of('open-files')[0]!, /^warn 68 are needed .* the limit is 100 -> Raise it to 65536/)
})

test('a state directory that cannot be written, or will not last', async (t) => {
  const directory = temporaryDirectory(t)
  const file = new ContainerFiles(join(directory, 'pods')).path()
  new ContainerFiles(join(directory, 'pods')).write(['a'])
  const below = await runDoctor({ directory, settings: [`state_dir=${file}/state`] })
  assert.match(below.of('state-directory')[0]!, /^fail state_dir \S+: .* -> Give the directory to the user/)
  const later = await runDoctor({ directory, settings: [`state_dir=${dirname(file)}/a/b`] })
  assert.match(later.of('state-directory')[0]!, /\/a\/b \(will be made\): writable/)
})

const SHM_MISSING = existsSync('/dev/shm') ? false : 'there is no /dev/shm here'
test('a state directory in memory', { skip: SHM_MISSING }, async (t) => {
  const { of } = await runDoctor({ directory: temporaryDirectory(t), settings: ['state_dir=/dev/shm/vedette/none'] })
  assert.match(
    of('state-directory')[0]!,
    /^warn \S+ \(will be made\): writable, .* but in memory -> .*put it on a disk/,
  )
})

test('limits of the group, of both versions and of the groups above', async (t) => {
  const directory = temporaryDirectory(t)
  const v2 = { '/proc/self/cgroup': '0::/kubepods/pod1/abc\n' }
  const cgroup = async (files: Record<string, string | undefined>, settings: readonly string[] = []) => {
    const { of } = await runDoctor({ directory, files, settings })
    return [...of('memory'), ...of('cpu')]
  }
  const group = '/sys/fs/cgroup/kubepods'
  assert.deepEqual(
    await cgroup({ ...v2, [`${group}/memory.max`]: 'max\n', [`${group}/pod1/cpu.max`]: 'max 100000\n' }),
    ['ok no limit; up to 120MiB are needed', 'ok no limit'],
  )
  const tight = await cgroup({
    ...v2,
    [`${group}/pod1/abc/memory.max`]: `${512 * 1024 ** 2}\n`,
    [`${group}/pod1/memory.max`]: `${128 * 1024 ** 2}\n`,
    [`${group}/pod1/abc/cpu.max`]: '20000 100000\n',
  })
  assert.match(
    tight[0]!,
    /^warn the limit is 128MiB; up to 120MiB are needed -> Set resources\.limits\.memory to 192Mi/,
  )
  assert.match(tight[1]!, /^warn limited to 0\.2 cores -> Remove resources\.limits\.cpu/)
  const v1 = {
    '/proc/self/cgroup': '8:memory:/pod1\n4:cpu,cpuacct:/pod1\n',
    '/sys/fs/cgroup/memory/pod1/memory.limit_in_bytes': `${256 * 1024 ** 2}\n`,
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    '/sys/fs/cgroup/cpu/pod1/cpu.cfs_quota_us': '-1\n',
    '/sys/fs/cgroup/cpu/pod1/cpu.cfs_period_us': '100000\n',
  }
  assert.deepEqual(await cgroup(v1), ['ok the limit is 256MiB; up to 120MiB are needed', 'ok no limit'])
  const large = await cgroup(v1, ['ship.batch.max_bytes=16MiB', 'ship.max_in_flight=16'])
  assert.match(large[0]!, /^warn the limit is 256MiB; up to \d+MiB are needed/)
})

test('in a pod it matters which pod is our own', async (t) => {
  const directory = temporaryDirectory(t)
  const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1' }
  assert.deepEqual((await runDoctor({ directory })).of('own-logs'), [])
  assert.match((await runDoctor({ directory, env })).of('own-logs')[0]!, /^warn logs\.own_pod_uid is not set/)
  const known = await runDoctor({ directory, env, settings: ['logs.own_pod_uid=abc'] })
  assert.deepEqual(known.of('own-logs'), ['ok the pod abc is left out'])
})

import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { promisify } from 'node:util'
import { temporaryDirectory } from '../../../support/temporary.ts'

/** Mounts a file system whose daemon never answers, in a namespace of its own, and runs a program while it is there. */
const PROGRAM = `
import ctypes, os, subprocess, sys
fuse = os.open('/dev/fuse', os.O_RDWR)
options = f'fd={fuse},rootmode=40000,user_id=0,group_id=0'.encode()
if ctypes.CDLL(None).mount(b'hung', sys.argv[1].encode(), b'fuse.hung', 0, options) != 0: sys.exit(77)
sys.exit(subprocess.run(sys.argv[2:], timeout=60).returncode)
`
const UNSHARE = ['--mount', '--propagation', 'private']

function skip(): string | false {
  if (process.getuid?.() !== 0) return 'only root can mount'
  for (const path of ['/dev/fuse', '/usr/bin/python3']) if (!existsSync(path)) return `${path} is missing`
  return spawnSync('unshare', [...UNSHARE, 'true']).status === 0 ? false : 'unshare --mount is not allowed'
}

it('a file system that never answers costs a time-out, and holds up neither rounds nor the end', {
  skip: skip(),
}, async (t) => {
  const directory = temporaryDirectory(t)
  const [mount, proc] = [join(directory, 'mount'), join(directory, 'proc')]
  for (const path of [mount, join(proc, 'self')]) mkdirSync(path, { recursive: true })
  const round = join(import.meta.dirname, '../../../support/hung-mount-round.ts')
  const command = ['python3', '-c', PROGRAM, mount, process.execPath, round, mount, proc]
  let output: string
  try {
    output = (await promisify(execFile)('unshare', [...UNSHARE, ...command])).stdout
  } catch (error) {
    if ((error as { code?: number }).code === 77) return t.skip('this machine does not let us mount FUSE')
    throw error
  }
  assert.deepEqual(JSON.parse(output), {
    rounds: [
      { [mount]: 1, '/': 0 },
      { [mount]: 1, '/': 0 },
    ],
    // Once: in the second round it is not asked.
    events: ['nodeMountHung'],
  })
})

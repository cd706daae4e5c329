import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '#lib/clock.ts'
import { SystemNodeFiles } from '../../agent/gather/node/node-files.ts'
import { NodeHarness } from './node-harness.ts'

/**
 * A process of its own: two rounds over a file system that hangs and one that does not, then the end. Writes what it knew of
 * them as JSON.
 */
const [hung, proc] = process.argv.slice(2) as [string, string]
const mounts = [`1 1 0:1 / ${hung} rw - fuse.hung hung rw`, '2 1 0:2 / / rw - ext4 /dev/root rw']
writeFileSync(join(proc, 'self/mountinfo'), `${mounts.join('\n')}\n`)
const harness = new NodeHarness(
  {},
  {
    config: {
      collectors: ['filesystem'],
      proc_root: proc,
      filesystem: { mount_points_exclude: '', mount_timeout: '1s' },
    },
    deps: { files: new SystemNodeFiles(), clock: systemClock },
  },
)
const rounds: Record<string, number>[] = []
for (let round = 0; round < 2; round++) {
  const errors: Record<string, number> = {}
  for (const { name, labels, value } of (await harness.gather()).values()) {
    if (name === 'node_filesystem_device_error') errors[labels.mountpoint!] = value
  }
  rounds.push(errors)
}
const events = harness.happened.map(({ event }) => event)
process.stdout.write(JSON.stringify({ rounds, events }), () => process.exit(0))

import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { createEvents } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import type { LogFilesListener } from '../../../agent/discover/listener.ts'
import { PodsDirectory } from '../../../agent/discover/pods-directory.ts'
import { Selection } from '../../../agent/discover/selection.ts'
import { AGENT_EVENTS } from '../../../agent/events.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { ManualWatches } from '../../support/manual-watches.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const ROUND_MS = 10_000

/** What a listener was told: the inodes of the files of each container's directory. */
class Recorder implements LogFilesListener {
  readonly told = new Map<string, string>()

  listed(...[, directory, runs]: Parameters<LogFilesListener['listed']>): boolean {
    const entries = [...runs.values()].flat().map(({ name, inode }) => `${name}=${inode}`)
    this.told.set(directory, entries.sort().join(' '))
    return true
  }

  removed(directory: string): void {
    assert.ok(this.told.delete(directory), 'removed what was never listed')
  }

  unchanged(): boolean {
    return false
  }

  touched(): void {}
  complete(): void {}
}

function actual(root: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const pod of readdirSync(root)) {
    for (const container of readdirSync(join(root, pod))) {
      const directory = join(root, pod, container)
      const entries = readdirSync(directory).map((name) => `${name}=${statSync(join(directory, name)).ino}`)
      found.set(directory, entries.sort().join(' '))
    }
  }
  return found
}

const pod = fc.constantFrom('a', 'b', 'c')
const container = fc.constantFrom('app', 'sidecar')
const step = fc.oneof(
  fc.record({ do: fc.constantFrom('log', 'rotate', 'remove container'), pod, container, isHeard: fc.boolean() }),
  fc.record({ do: fc.constantFrom('remove pod', 'remake pod'), pod, container, isHeard: fc.boolean() }),
  fc.record({ do: fc.constant('wait'), ms: fc.nat(15_000) }),
  fc.record({ do: fc.constant('limit'), watches: fc.nat(8) }),
)

test('whatever happens, and whatever of it is heard of: within a round all is known', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const root = temporaryDirectory(t)
      const clock = new ManualClock()
      const watches = new ManualWatches()
      const listener = new Recorder()
      const logger = createLogger({ service: 'agent', level: 'error', format: 'logfmt', write: () => {} })
      const registry = createRegistry('agent', '0')
      const discovery = new PodsDirectory({
        ...{ root, clock, listener, openWatch: watches.open, reconcileMs: ROUND_MS },
        selection: new Selection({ include: [], exclude: [], ownPodUid: '' }),
        events: createEvents('a', AGENT_EVENTS, { clock, logger, registry }),
      })
      await discovery.start()
      let serial = 0
      for (const action of steps) {
        if ('ms' in action) await clock.advance(action.ms)
        else if ('watches' in action) watches.limit = action.watches
        else {
          const podPath = join(root, `shop_${action.pod}_uid-${action.pod}`)
          const path = join(podPath, action.container)
          const tell = (at: string) => action.isHeard && watches.tell(join(at, '..'), 'rename', basename(at))
          const isNew = !existsSync(path)
          if (action.do === 'remove pod' || action.do === 'remake pod')
            rmSync(podPath, { recursive: true, force: true })
          else if (action.do === 'remove container') rmSync(path, { recursive: true, force: true })
          else if (action.do === 'rotate' && existsSync(join(path, '0.log'))) {
            renameSync(join(path, '0.log'), join(path, `0.log.${++serial}`))
          }
          if (action.do === 'log' || action.do === 'remake pod') {
            mkdirSync(path, { recursive: true })
            writeFileSync(join(path, '0.log'), '')
          }
          for (const at of isNew ? [podPath, path] : [join(path, '0.log'), path, podPath]) tell(at)
        }
      }
      // The round under way may have passed a directory already, the one after it has not.
      await clock.advance(2 * ROUND_MS)
      assert.deepEqual(listener.told, actual(root))
      const directories = [root, ...readdirSync(root).map((name) => join(root, name)), ...listener.told.keys()]
      const { watchedCount, unwatchedCount } = discovery.watches
      assert.equal(watchedCount + unwatchedCount, directories.length)
      discovery.stop()
    }),
    { numRuns: 40 },
  )
})

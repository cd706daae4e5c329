import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RotationSimulator } from '../rotation-simulator.ts'
import { mountSmallDisk, NameFiller, unmount, whyNoSmallDisk } from '../small-disk.ts'
import { until } from '../until.ts'
import { defineScenario } from './scenario.ts'

const DISK_MIB = 256
const NAMES = 500

export const spoolDiskFull = defineScenario({
  name: 'spool-disk-full',
  title: 'no link can be made in the spool, because the file system has no room for another name',
  missing: whyNoSmallDisk,
  // A small disk has never as much free as a node's should have.
  settings: ['logs.spool.min_free_bytes=0'],
  short: { containers: 3, rotations: 12, lines: 500 },
  long: { containers: 10, rotations: 40, lines: 5_000 },
  async play(stage, { containers, rotations, lines }) {
    const { agent, collector } = stage
    assert.ok(mountSmallDisk(stage.nodeDir, DISK_MIB, NAMES))
    stage.onStrike(() => unmount(stage.nodeDir))
    mkdirSync(stage.podsDir)
    const all = Array.from({ length: containers }, () => stage.addContainer())
    for (const container of all) container.write(lines)
    await agent.start()
    await stage.settle()
    await collector.stop()
    const filler = new NameFiller(stage.nodeDir)
    for (let rotation = 0; rotation < rotations; rotation++) {
      for (const container of all) {
        container.write(lines)
        filler.fill()
        rotateWithout(container.log, filler)
        container.write(lines)
      }
      filler.fill()
      await sleep(200)
    }
    const { spool_failures_total } = await agent.metrics('spool_failures_total')
    assert.ok(spool_failures_total > 0, 'every link could be made')
    await collector.start()
    await until('what was deleted is read', async () => (await agent.metrics('unread_bytes')).unread_bytes === 0)
    filler.freeAll()
  },
})

/** The kubelet gets the names that it needs, the compressed file's and the next live one's, whoever is faster. */
function rotateWithout(log: RotationSimulator, filler: NameFiller): void {
  log.deleteOldest()
  filler.makeRoomFor(() => log.beginCompression())
  log.endCompression()
  log.rename()
  filler.makeRoomFor(() => log.create())
  log.closeOld()
}

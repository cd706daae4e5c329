import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { SimulatedNode } from '../../support/simulated-node.ts'

/** Writes a few lines to both streams. */
function writeSome({ log }: SimulatedNode, count = 20): void {
  for (let index = 0; index < count; index++) log.write(index % 3 === 2 ? 'stderr' : 'stdout', 'y'.repeat(index * 7))
}

/** A node whose agent has read the first lines. */
async function started(t: TestContext): Promise<SimulatedNode> {
  const node = new SimulatedNode(t)
  writeSome(node)
  await node.agent.start()
  await node.agent.settle()
  return node
}

test('many rotations, in every step of which lines are written and the agent looks', async (t) => {
  const node = await started(t)
  for (let rotation = 0; rotation < 12; rotation++) {
    await node.log.rotate(async () => {
      writeSome(node, 5)
      await node.pass(120)
    })
    await node.pass(2_300)
  }
  await node.check()
})

test('many rotations while the collector is away: files that are gone by then are held open', async (t) => {
  const node = await started(t)
  node.collector.mode = 'refuse'
  for (let rotation = 0; rotation < 6; rotation++) {
    writeSome(node, 80)
    await node.log.rotate()
    await node.pass(3_000)
  }
  await node.check()
})

test('an agent that is away for two rotations is not deceived by an inode number that came back', async (t) => {
  const node = await started(t)
  for (let round = 0; round < 5; round++) {
    await node.drain()
    await node.agent.crash()
    await node.log.rotate()
    writeSome(node)
    // This one compresses the file that the agent had read, and the runtime's next file may get its number.
    await node.log.rotate()
    writeSome(node, 30 - round)
    await node.agent.start()
    await node.agent.settle()
  }
  if (node.log.reusedInodes === 0) t.diagnostic('this file system gave no inode number twice')
  await node.check()
})

for (const lookAtMs of [0, 30, 250]) {
  test(`280 KB come into a file after its rename; the agent looks ${lookAtMs} ms later`, async (t) => {
    const node = await started(t)
    await node.log.rotate(async (step) => {
      if (step === 'renamed' || step === 'created') {
        for (let line = 0; line < 9; line++) node.log.write('stdout', 'z'.repeat(16_000))
      }
      if (step === 'closed') writeSome(node)
      if (lookAtMs > 0) await node.pass(lookAtMs)
    })
    await node.check()
  })
}

for (const goneMs of [1, 30, 6_500]) {
  test(`the live name is missing for ${goneMs} ms`, async (t) => {
    const node = await started(t)
    await node.log.rotate(async (step) => {
      if (step === 'renamed') await node.pass(goneMs)
      writeSome(node, 3)
    })
    await node.check()
  })
}

test('a line is cut by a rotation: a short part ends the old file, its rest begins the new one', async (t) => {
  const node = await started(t)
  await node.log.rotate(async (step) => {
    if (step === 'created') {
      node.log.write('stdout', 'a'.repeat(16_384), 'P')
      node.log.write('stdout', 'b'.repeat(4_096), 'P')
      node.log.write('stderr', 'c'.repeat(8_192), 'P')
    }
    await node.pass(150)
  })
  node.log.write('stdout', 'rest')
  node.log.write('stderr', 'rest')
  await node.check()
})

test('a line is cut by a rotation while the agent is away, and by a crash between its parts', async (t) => {
  const node = await started(t)
  await node.drain()
  await node.agent.crash()
  await node.log.rotate(async (step) => {
    if (step === 'created') node.log.write('stdout', 'a'.repeat(4_096), 'P')
  })
  await node.agent.start()
  await node.pass(400)
  await node.agent.crash()
  node.log.write('stderr', 'of the other stream')
  node.log.write('stdout', 'rest')
  await node.check()
})

test('an incomplete record goes on in the third file, when the first is compressed already', async (t) => {
  const node = await started(t)
  for (let rotation = 0; rotation < 2; rotation++) {
    node.log.write('stdout', 'a'.repeat(4_096), 'P')
    await node.log.rotate(() => node.pass(20))
    await node.pass(2_300)
  }
  node.log.write('stdout', 'rest')
  await node.check()
})

test('a crash loop: last words without newline, logs unlinked while the agent looks, the run before vanishes', async (t) => {
  const node = await started(t)
  for (let run = 0; run < 8; run++) {
    writeSome(node, 7)
    node.log.write(run % 2 === 0 ? 'stdout' : 'stderr', 'last words', 'P')
    node.log.endRun()
    await node.pass(80 + run * 300)
    node.log.startRun()
    writeSome(node, 2)
    await node.pass(50)
    node.log.deleteRunsBefore()
    await node.pass(run * 100)
  }
  await node.check()
})

test('a run that follows a busy one is found at once, though it is short and the pod goes with it', async (t) => {
  const node = await started(t)
  for (let write = 0; write < 60; write++) {
    writeSome(node, 2)
    // Events come in real time: more than a few in a second, and the directory is not watched for a while.
    await sleep(1)
    await node.pass(5)
  }
  node.log.endRun()
  await node.pass(300)
  node.log.startRun()
  writeSome(node)
  await node.pass(300)
  node.log.endRun()
  node.log.removePod()
  await node.check()
})

test('the log is unlinked 0.3 s after the last write, and its directory goes later', async (t) => {
  const node = await started(t)
  await node.pass(20_000)
  writeSome(node)
  node.log.write('stdout', 'last words', 'P')
  node.log.endRun()
  await node.pass(300)
  node.log.unlinkLive()
  await node.pass(5_000)
  node.log.removePod()
  await node.check()
  await node.pass(60_000)
  assert.equal(node.agent.pipeline.tailer.logs.size, 0, 'and then it is let go')
})

test('the same paths with a new container: while the agent looks, and while it is away', async (t) => {
  const node = await started(t)
  for (const [round, isAway] of [false, true, false, true, true].entries()) {
    if (isAway) {
      await node.drain()
      await node.agent.crash()
    }
    node.log.endRun()
    await node.pass(300)
    node.log.unlinkLive()
    await node.pass(round * 4_000)
    node.log.removePod()
    await node.pass(round * 3_000)
    node.log.beginAgain()
    // As long as the log before it, which is all that a size can tell.
    writeSome(node)
    if (isAway) await node.agent.start()
    await node.agent.settle()
    writeSome(node, 3)
  }
  if (node.log.reusedInodes === 0) t.diagnostic('this file system gave no inode number twice')
  await node.check()
})

test('last words of a container are not joined with the first line of the next one under the same path', async (t) => {
  const node = await started(t)
  for (const goneMs of [0, 50, 500]) {
    node.log.write('stdout', 'last words', 'P')
    node.log.endRun()
    await node.pass(goneMs)
    node.log.removePod()
    await node.pass(goneMs)
    node.log.beginAgain()
    node.log.write('stdout', 'first words')
    await node.pass(goneMs)
  }
  await node.check()
})

test('nor are those of a container whose last file is empty', async (t) => {
  const node = await started(t)
  for (const goneMs of [150, 500, 3_000]) {
    node.log.write('stdout', 'last words', 'P')
    await node.log.rotate(() => node.pass(20))
    await node.pass(goneMs)
    node.log.endRun()
    node.log.removePod()
    await node.pass(goneMs)
    node.log.beginAgain()
    node.log.write('stdout', 'first words')
    await node.pass(goneMs)
  }
  await node.check()
})

test('a pod that is put back is watched like any other: quiet for long, then last words and gone', async (t) => {
  const node = await started(t)
  node.log.endRun()
  node.log.removePod()
  await node.pass(1_000)
  node.log.beginAgain()
  writeSome(node)
  await node.pass(7_500)
  writeSome(node)
  node.log.endRun()
  await node.pass(300)
  node.log.removePod()
  await node.check()
})

test('times with offsets, cut zeros, and names that go back when summer time ends', async (t) => {
  const node = await started(t)
  for (const zoneMinutes of [330, 120, 60, 0, -210, -720, 840]) {
    node.log.lines.zoneMinutes = zoneMinutes
    writeSome(node, 90)
    await node.log.rotate(() => node.pass(40))
    writeSome(node, 10)
    await node.pass(2_300)
  }
  await node.check()
})

test('the plain file and the compressed one are not read as two, nor after crashes between the steps', async (t) => {
  const node = await started(t)
  for (let rotation = 0; rotation < 3; rotation++) {
    writeSome(node)
    // Here the plain file is about to go: what only it has could not be read again.
    await node.drain()
    await node.log.rotate(async () => {
      if (node.agent.isRunning) await node.agent.crash()
      await node.agent.start()
      await node.pass(350)
    })
  }
  await node.check()
})

test('a reopening that fails: the name is put back, and the next rotation goes well', async (t) => {
  const node = await started(t)
  for (const lookMs of [0, 30, 200, 7_000]) {
    node.log.deleteOldest()
    node.log.beginCompression()
    node.log.endCompression()
    node.log.rename()
    writeSome(node, 3)
    await node.pass(lookMs)
    node.log.renameBack()
    writeSome(node, 3)
    await node.pass(lookMs)
    await node.log.rotate(() => node.pass(30))
    writeSome(node, 3)
    await node.pass(2_300)
  }
  await node.check()
})

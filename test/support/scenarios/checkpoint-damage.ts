import { closeSync, fstatSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineScenario } from './scenario.ts'

type Damage = (path: string) => void

const DAMAGES: readonly Damage[] = [
  function tear(path) {
    truncateSync(path, Math.floor(sizeOf(path) * Math.random()))
  },
  // A file system that had noted the length of the file when the power went, but not what was in it.
  function fillWithZeros(path) {
    const size = sizeOf(path)
    const from = Math.floor(size * Math.random())
    const descriptor = openSync(path, 'r+')
    writeSync(descriptor, Buffer.alloc(size - from), 0, size - from, from)
    closeSync(descriptor)
  },
  function appendZeros(path) {
    truncateSync(path, sizeOf(path) + 4_096)
  },
  function empty(path) {
    truncateSync(path, 0)
  },
  function remove(path) {
    rmSync(path)
  },
]

export const checkpointDamage = defineScenario({
  name: 'checkpoint-damage',
  title: 'the checkpoint is torn, filled with zeros, empty or missing after a kill -9',
  short: { rounds: DAMAGES.length, containers: 3, lines: 500 },
  long: { rounds: 40, containers: 10, lines: 500 },
  async play(stage, { rounds, containers, lines }) {
    const { agent } = stage
    const all = Array.from({ length: containers }, () => stage.addContainer())
    await agent.start()
    for (let round = 0; round < rounds; round++) {
      for (let part = 0; part < 5; part++) {
        for (const container of all) container.write(lines)
        await sleep(250)
      }
      await agent.kill()
      DAMAGES[round % DAMAGES.length]!(join(stage.stateDir, 'checkpoints.log'))
      for (const container of all) container.write(lines)
      await agent.start()
    }
    stage.notes.redelivered = stage.collector.audit.redelivered
  },
})

function sizeOf(path: string): number {
  const descriptor = openSync(path, 'r')
  try {
    return fstatSync(descriptor).size
  } finally {
    closeSync(descriptor)
  }
}

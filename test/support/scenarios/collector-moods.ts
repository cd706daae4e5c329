import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Behaviour } from '../scripted-collector.ts'
import { defineScenario } from './scenario.ts'

const MOODS: readonly Behaviour[] = [
  'accept',
  'hang',
  'reset',
  'die',
  'die-silently',
  'die-answering',
  { status: 429 },
  { status: 429, retryAfter: '1' },
  { maxBytes: 4_096 },
  { status: 500 },
  { status: 503, retryAfter: '0' },
]

export const collectorMoods = defineScenario({
  name: 'collector-moods',
  title: 'the collector hangs, resets, answers 429, 413 and 500, accepts and then dies',
  settings: ['ship.batch.max_bytes=16KiB', 'ship.timeout=300ms'],
  short: { seconds: 6, containers: 4, linesPerSecond: 4_000 },
  long: { seconds: 120, containers: 20, linesPerSecond: 20_000 },
  async play(stage, { seconds, containers, linesPerSecond }) {
    const { collector } = stage
    const all = Array.from({ length: containers }, () => stage.addContainer())
    collector.script = (request) => MOODS[request % MOODS.length]!
    await stage.agent.start()
    const endAtMs = performance.now() + seconds * 1_000
    while (performance.now() < endAtMs) {
      for (const container of all) container.write(Math.ceil(linesPerSecond / containers / 20))
      await sleep(50)
    }
    stage.notes.requests = JSON.stringify(Object.fromEntries(collector.done))
    for (const mood of ['hang', 'reset', 'die', 'die-silently', 'die-answering', '429', '413', '500', '503']) {
      assert.ok((collector.done.get(mood) ?? 0) > 0, `nothing met a collector that does ${mood}`)
    }
    collector.script = () => 'accept'
  },
})

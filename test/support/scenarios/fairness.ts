import assert from 'node:assert/strict'
import { until } from '../until.ts'
import { defineScenario } from './scenario.ts'

const BODY_BYTES = 1_000
const NOISY = 0
/** Four requests under way, one that is being filled, and as much again. */
const MOST_BYTES_BEFORE_QUIET = 10 * 1024 ** 2

export const fairness = defineScenario({
  name: 'fairness',
  title: '50 quiet containers do not wait for one that is far behind',
  short: { megabytes: 60, quiet: 50 },
  long: { megabytes: 1_000, quiet: 50 },
  async play(stage, { megabytes, quiet }) {
    const { agent, collector } = stage
    const noisy = stage.addContainer({ bodyBytes: BODY_BYTES })
    const others = Array.from({ length: quiet }, () => stage.addContainer())
    for (const container of stage.containers) container.write(1)
    await agent.start()
    await stage.settle()
    await collector.stop()
    for (let megabyte = 0; megabyte < megabytes; megabyte++) noisy.write(1e6 / BODY_BYTES)
    await until(
      'the agent waits for room',
      async () => (await agent.metrics('records_in_flight')).records_in_flight > 0,
    )
    for (const container of others) container.write(1)
    await until('the agent has seen the quiet ones', async () => {
      const { unread_bytes } = await agent.metrics('unread_bytes')
      return unread_bytes > 0
    })
    let noisyBytes = 0
    let missing = quiet
    collector.audit.onLine = (container) => {
      if (container !== NOISY) missing -= 1
      else if (missing > 0) noisyBytes += BODY_BYTES
    }
    await collector.start()
    await stage.settle()
    stage.notes.noisyMibBeforeQuiet = Math.round((noisyBytes / 1024 ** 2) * 10) / 10
    assert.ok(noisyBytes < MOST_BYTES_BEFORE_QUIET, `${noisyBytes} bytes of the noisy one came before the quiet ones`)
  },
})

import assert from 'node:assert/strict'
import { until } from '../until.ts'
import { defineScenario } from './scenario.ts'

const BODY_BYTES = 1_000

export const podRemoved = defineScenario({
  name: 'pod-removed',
  title: "a pod's directory is removed while 100 MB are unread",
  short: { megabytes: 100 },
  long: { megabytes: 2_000 },
  async play(stage, { megabytes }) {
    const { agent, collector } = stage
    const container = stage.addContainer({ bodyBytes: BODY_BYTES })
    await agent.start()
    container.write(1)
    await stage.settle()
    await collector.stop()
    for (let megabyte = 0; megabyte < megabytes; megabyte++) container.write(1e6 / BODY_BYTES)
    // What the agent holds in batches is little; it has read some, and the rest is only in the file.
    await until(
      'the agent waits for room',
      async () => (await agent.metrics('records_in_flight')).records_in_flight > 0,
    )
    container.log.removePod()
    const { unread_bytes } = await agent.metrics('unread_bytes')
    assert.ok(unread_bytes > 0.8e6 * megabytes, `only ${unread_bytes} bytes were unread`)
    await collector.start()
  },
})

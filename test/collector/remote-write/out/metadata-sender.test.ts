import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uncompress } from 'snappyjs'
import { startRemoteWrite } from '../../../support/remote-write-harness.ts'
import { WriteRequestV1 } from '../../../support/remote-write-proto.ts'
import { RemoteWriteReceiver } from '../../../support/remote-write-receiver.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { until } from '../../../support/until.ts'

test('with 1.0, what metrics are is sent now and then, whatever becomes of it', async (t) => {
  const receiver = await RemoteWriteReceiver.start(t)
  const given = { url: receiver.url, send_metadata: true, metadata_interval: '1s' }
  const { table, remote, stop } = await startRemoteWrite(t, temporaryDirectory(t), given)
  const metadata = () =>
    receiver.requests.flatMap(({ body }) => {
      const { metadata: all } = WriteRequestV1.toObject(WriteRequestV1.decode(uncompress(body)))
      return (all as { metricFamilyName: string; type: number; help: string }[] | undefined) ?? []
    })
  let fails = true
  receiver.answer = (_request, samples) => (samples.length === 0 && fails ? 400 : 204)
  table.set(0, 'a_total', {}, { type: 'counter' })
  table.set(1, 'b', {})
  remote.sample(0, 1, Date.now())
  remote.sample(1, 1, Date.now())
  await until('it is tried', () => metadata().length >= 2)
  fails = false
  await until('it is taken', () => remote.stats.metadata >= 2)
  await stop()
  assert.deepEqual(metadata().slice(0, 2), [
    { type: 1, metricFamilyName: 'a_total', help: 'Help of a_total.' },
    { type: 2, metricFamilyName: 'b', help: 'Help of b.' },
  ])
  assert.equal(remote.stats.samples, 2)
})

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { decodeSeries } from '../../../support/gathered-series.ts'
import { NodeHarness } from '../../../support/node-harness.ts'

const LOADAVG = '0.10 0.20 0.30 1/2 3\n'

it('knows its target by the address of the node, as node_exporter would be scraped there', async () => {
  const identity = async (options: ConstructorParameters<typeof NodeHarness>[1]) => {
    const harness = new NodeHarness({ '/proc/loadavg': LOADAVG }, options)
    await harness.gather()
    return ['node-exporter', 'my-job', '10.0.0.1:9100', '[fd00::1]:9100', 'here', 'node-1'].filter((text) =>
      harness.sent[0]!.body.includes(text),
    )
  }
  const collectors = ['loadavg']
  assert.deepEqual(await identity({ config: { collectors } }), ['node-exporter', '10.0.0.1:9100', 'node-1'])
  const node = { name: 'node-1', address: 'fd00::1' }
  assert.deepEqual(await identity({ config: { collectors }, deps: { node } }), [
    'node-exporter',
    '[fd00::1]:9100',
    'node-1',
  ])
  const config = { collectors, job: 'my-job', instance: 'here' }
  assert.deepEqual(await identity({ config }), ['my-job', 'here', 'node-1'])
})

it('goes on without what fails, and says what failed', async () => {
  const harness = new NodeHarness(
    { '/proc/loadavg': LOADAVG, '/proc/vmstat': 'pgpgin x\n' },
    { config: { collectors: ['vmstat', 'loadavg', 'meminfo'] } },
  )
  const series = await harness.gather()
  assert.equal(series.get('up')!.value, 1)
  assert.equal(series.get('node_load1')!.value, 0.1)
  const success = (name: string) => series.get(`node_scrape_collector_success{collector="${name}"}`)!.value
  assert.deepEqual(['vmstat', 'loadavg', 'meminfo'].map(success), [0, 1, 0])
  assert.deepEqual(
    harness.happened.map(({ labels, detail }) => ({ ...labels, ...detail })),
    [
      { collector: 'meminfo', err: 'ENOENT: /proc/meminfo' },
      { collector: 'vmstat', err: 'pgpgin should be a number and is "x"' },
    ],
  )
})

it('is not up if nothing can be read', async () => {
  const harness = new NodeHarness({}, { config: { collectors: ['loadavg', 'meminfo'] } })
  assert.equal((await harness.gather()).get('up')!.value, 0)
})

it('looks again for what the machine does not have, but not each time', async () => {
  const harness = new NodeHarness({ '/proc/loadavg': LOADAVG }, { config: { collectors: ['loadavg', 'schedstat'] } })
  const success = async () =>
    (await harness.gather()).get('node_scrape_collector_success{collector="schedstat"}')!.value
  assert.equal(await success(), 0)
  harness.files.contents.set('/proc/schedstat', 'cpu0 0 0 0 0 0 0 1 2 3\n')
  const rounds: number[] = []
  for (let round = 0; round < 6; round++) rounds.push(await success())
  assert.deepEqual(rounds, [0, 0, 0, 0, 0, 1])
})

it('ends all of its series when it is closed', async () => {
  const harness = new NodeHarness({ '/proc/loadavg': LOADAVG }, { config: { collectors: ['loadavg'] } })
  const before = await harness.gather()
  harness.gatherer.close()
  const after = decodeSeries(harness.sent)
  assert.deepEqual(new Set(after.keys()), new Set(before.keys()))
  assert.ok([...after.values()].every(({ isEnd }) => isEnd))
})

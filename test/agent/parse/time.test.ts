import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseRecordUid, RECORD_UID_BYTES } from '#lib/record-uid.ts'
import { Line } from '../../../agent/decode/line.ts'
import { CONTENT_FORMATS, type ContentFormatName, createContentParser } from '../../../agent/parse/detect.ts'
import { parseTimed } from '../../../agent/parse/timed.ts'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { FakePodSource } from '../../support/fake-pod-source.ts'
import { podListOf } from '../../support/pod-lists.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

/** The time that a body states, with the microseconds, as it is read beside a time of the runtime; `-` for none. */
function timeOf(format: ContentFormatName, body: string, runtime = '2026-11-21T10:46:00.5Z'): string {
  const line = new Line()
  const near = BigInt(Date.parse(runtime)) * 1_000_000n
  line.timeHigh = Number(near >> 32n)
  line.timeLow = Number(near & 0xffff_ffffn)
  line.bytes = Buffer.from(`"x" ${body} 2026-01-01T00:00:00Z`)
  line.bodyStart = 4
  line.bodyEnd = 4 + Buffer.byteLength(body)
  parseTimed(createContentParser(format, { time: true }), line)
  const ns = (BigInt(line.fields.timeHigh) << 32n) | BigInt(line.fields.timeLow)
  if (ns === 0n) return '-'
  const micros = String((ns / 1_000n) % 1_000n).padStart(3, '0')
  return new Date(Number(ns / 1_000_000n)).toISOString().replace('Z', `${micros}Z`)
}

const CASES: readonly [format: ContentFormatName, body: string, time: string, runtime?: string][] = [
  ['json', '{"time":"2026-11-21T10:45:59.123456Z","msg":"a"}', '2026-11-21T10:45:59.123456Z'],
  ['json', '{"level":"info","ts":1795257959.25}', '2026-11-21T10:45:59.250000Z'],
  ['json', '{"@timestamp":"2026-11-21T05:45:59-05:00"}', '2026-11-21T10:45:59.000000Z'],
  ['json', '{"time":"yesterday"}', '-'],
  ['json', '{"time":"1970-01-01T00:00:07Z"}', '-'],
  ['json', '{"time":"1971-01-03T00:00:07Z"}', '1971-01-03T00:00:07.000000Z'],
  ['json', '{"time":"2026-11-22T10:40:00Z"}', '2026-11-22T10:40:00.000000Z'],
  ['json', '{"time":"2026-11-22T10:47:00Z"}', '-'],
  ['logfmt', 'ts=2026-11-21T10:45:59Z level=info', '2026-11-21T10:45:59.000000Z'],
  ['klog', 'I1121 10:45:59.123456       1 a.go:1] x', '2026-11-21T10:45:59.123456Z'],
  ['klog', 'E261121 10:45:59.123456 1 a.go:1] cockroach', '2026-11-21T10:45:59.123456Z'],
  ['klog', 'E251121 10:45:59.123456 1 a.go:1] cockroach', '-'],
  ['klog', 'W1231 23:59:59.900000 1 a.go:1] last year', '2026-12-31T23:59:59.900000Z', '2027-01-01T00:00:01Z'],
  ['klog', 'W0101 00:00:00.100000 1 a.go:1] next year', '2027-01-01T00:00:00.100000Z', '2026-12-31T23:59:59Z'],
  ['klog', 'I0229 12:00:00.000000 1 a.go:1] leap', '2028-02-29T12:00:00.000000Z', '2028-02-29T12:00:00Z'],
  ['klog', 'I0229 12:00:00.000000 1 a.go:1] no leap', '-', '2027-03-01T12:00:00Z'],
  ['klog', 'I1121 11:45:59.123456 1 a.go:1] in another zone', '-'],
  ['klog', 'I1341 10:45:59.123456 1 a.go:1] no month', '-'],
  ['access', '10.0.0.1 - - [21/Nov/2026:11:45:59 +0100] "GET / HTTP/1.1" 200 2', '2026-11-21T10:45:59.000000Z'],
  ['access', '10.0.0.1 - - [21/Nix/2026:11:45:59 +0100] "GET / HTTP/1.1" 200 2', '-'],
  ['access', '[2026-11-21T10:45:59.123Z] "GET / HTTP/1.1" 200 - 0', '2026-11-21T10:45:59.123000Z'],
  ['plain', '2026-11-21T10:45:59.5+00:00 INFO started', '2026-11-21T10:45:59.500000Z'],
  ['plain', '[2026-11-21T10:45:59Z] INFO started', '2026-11-21T10:45:59.000000Z'],
  ['plain', '2026-11-21 10:45:59,123 INFO of no zone', '-'],
  ['plain', '2026-11-21T10:45:59Zulu', '-'],
  ['plain', 'started', '-'],
]
for (const [format, body, time, runtime] of CASES) {
  test(`${format}: the time of ${body}`, () => {
    assert.equal(timeOf(format, body, runtime), time)
    // `auto` may take it for another format, which says no less.
    assert.equal(timeOf('auto', body, runtime), time)
  })
}

test('a level behind the time does not hide it', () => {
  assert.equal(timeOf('auto', '2026-11-21T10:45:59Z level=info msg=a'), '2026-11-21T10:45:59.000000Z')
  assert.equal(timeOf('auto', 'time=2026-11-21T10:45:59Z msg=a'), '2026-11-21T10:45:59.000000Z')
})

test('whatever the body and the runtime say, the time is in reach of both or none', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789-:.TZ+[]/ "INovk'), maxLength: 40 })
  const body = fc.oneof(
    digits,
    digits.map((text) => `I${text}`),
    digits.map((text) => `{"time":"${text}"}`),
    fc.nat().map((number) => `I${number} 10:46:00.0 1 a.go:1] x`),
  )
  fc.assert(
    fc.property(fc.constantFrom(...CONTENT_FORMATS), body, (format, text) => {
      const time = timeOf(format, text)
      if (time === '-') return
      const ms = Date.parse(time)
      assert.ok(ms >= Date.UTC(1970, 11, 31) && ms <= Date.UTC(2026, 10, 22, 10, 47), time)
    }),
  )
})

test('records have the time of their body and stay in the order of the runtime, also when they come again', async (t) => {
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector, ['logs.time=body'])
  agent.podSource = new FakePodSource(agent.clock)
  agent.podSource.pods = podListOf({
    ...{ uid: 'uid-web-0', containers: ['app', 'proxy'] },
    annotations: { 'vedette.dev/time.proxy': 'runtime' },
  })
  const files = new ContainerFiles(agent.podsDir)
  const proxy = new ContainerFiles(agent.podsDir, 'web-0', 'proxy')
  const bodies = [
    '{"time":"2026-11-21T10:45:59Z"}',
    '{"time":"2026-11-21T10:45:58Z"}',
    '{"time":"2099-01-01T00:00:00Z"}',
    'x',
  ]
  collector.mode = 'lose'
  files.write(bodies)
  proxy.write(bodies)
  await agent.start()
  await agent.clock.advance(1_000)
  await agent.crash()
  collector.mode = 'accept'
  await agent.start()
  await agent.settle()
  assert.deepEqual(collector.conflicts, [])
  assert.ok(collector.redelivered > 0)
  const records = [...collector.records.values()].sort((a, b) => (a.uid < b.uid ? -1 : 1))
  const timesOf = (name: string) =>
    records
      .filter(({ container }) => container === name)
      .map(({ timeNs }) => new Date(Number(timeNs / 1_000_000n)).toISOString())
  assert.deepEqual(timesOf(files.name), [
    '2026-11-21T10:45:59.000Z',
    '2026-11-21T10:45:58.000Z',
    '2026-11-21T10:46:00.000Z',
    '2026-11-21T10:46:00.000Z',
  ])
  assert.deepEqual(new Set(timesOf(proxy.name)), new Set(['2026-11-21T10:46:00.000Z']))
  assert.deepEqual(collector.bodies(files.name, 'stdout'), bodies, 'in the order of the runtime')
  for (const { uid } of records) {
    assert.equal(parseRecordUid(uid.slice(0, RECORD_UID_BYTES))!.timeNs / 1_000_000_000n, 1_795_257_960n)
  }
  await agent.stop()
})

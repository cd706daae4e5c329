import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import type { FlatRecord } from '../../support/otlp-proto.ts'
import { decodeLogsRequest } from '../../support/otlp-proto.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const PRESETS = 'logs.redact.presets=[email, credit_card, secret, bearer_token, jwt, private_key]'
const SECRETS = ['john.doe@example.org', '4111 1111 1111 1111', 'password=hunter2', 'Bearer abcdef123456']
const REDACTED = [
  '[REDACTED:email]',
  '[REDACTED:credit_card]',
  'password=[REDACTED:secret]',
  'Bearer [REDACTED:bearer_token]',
]

function setUp(directory: string, settings: readonly string[] = []) {
  const collector = new FakeCollector()
  const agent = new AgentHarness(directory, collector, [PRESETS, ...settings])
  return { agent, collector, files: new ContainerFiles(agent.podsDir) }
}
const bodiesOf = (records: ReadonlyMap<string, FlatRecord>) => [...records.values()].map(({ body }) => body)

test('a secret that the runtime split is redacted, wherever and in whatever stream it was cut', async (t) => {
  const root = temporaryDirectory(t)
  let serial = 0
  const plan = fc.tuple(
    fc.constantFrom(...SECRETS.keys()),
    fc.array(fc.nat(40), { maxLength: 4 }),
    fc.constantFrom('stdout', 'stderr'),
  )
  await fc.assert(
    fc.asyncProperty(plan, async ([which, cuts, stream]) => {
      const { agent, collector, files } = setUp(`${root}/${serial++}`)
      const text = `é 漢 ${SECRETS[which]} ok`
      const bytes = Buffer.from(text)
      const places = [0, ...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b), bytes.length]
      const parts = places.slice(1).map((end, index) => bytes.subarray(places[index], end))
      await agent.start()
      try {
        files.append(
          Buffer.concat(parts.map((part, index) => files.line(part, stream, index === parts.length - 1 ? 'F' : 'P'))),
        )
        await agent.settle()
        assert.deepEqual(bodiesOf(collector.records), [`é 漢 ${REDACTED[which]} ok`])
      } finally {
        await agent.stop()
      }
    }),
    { numRuns: Number(process.env.VEDETTE_FUZZ_RUNS ?? 15) },
  )
})

test('a record that is cut shows no part of a secret, before its end or there', async (t) => {
  const { agent, collector, files } = setUp(temporaryDirectory(t), ['logs.max_record_bytes=1KiB'])
  await agent.start()
  t.after(() => agent.stop())
  const around = (at: number, secret: string) => `${'x '.repeat(at / 2)}${secret} ${'y '.repeat(800)}`
  const bodies = SECRETS.flatMap((secret) => [1_000, 1_010, 1_016, 1_020].map((at) => around(at, secret)))
  files.write(bodies)
  // Parts are kept up to the limit only, so the end of the secret is not even there.
  for (const body of bodies)
    files.append(Buffer.concat([files.line(body.slice(0, 500), 'stderr', 'P'), files.line(body.slice(500), 'stderr')]))
  await agent.settle()
  assert.equal(collector.records.size, 2 * bodies.length)
  for (const body of bodiesOf(collector.records)) {
    assert.ok(Buffer.byteLength(body) <= 1_024)
    assert.doesNotMatch(body, /joh|example|411|hun|abc/)
  }
})

test('severity and ids are found beside what was redacted, and every record is accounted for', async (t) => {
  const { agent, collector, files } = setUp(temporaryDirectory(t))
  await agent.start()
  t.after(() => agent.stop())
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  files.write([
    `{"password":"a longer one than what stands in its place","level":"error","trace_id":"${traceId}"}`,
    'nothing to hide',
    'not of the format password=x',
  ])
  files.append('no line of a runtime, password=hunter2\n')
  await agent.settle()
  const records = decodeLogsRequest(collector.lastBody).resourceLogs![0]!.scopeLogs![0]!.logRecords!
  const [first] = records
  assert.equal(first!.body!.stringValue, `{"password":"[REDACTED:secret]","level":"error","trace_id":"${traceId}"}`)
  assert.equal(first!.severityText, 'error')
  assert.equal(Buffer.from(first!.traceId!).toString('hex'), traceId)
  assert.equal(records[3]!.body!.stringValue, 'no line of a runtime, password=[REDACTED:secret]')
  const { intake, shipper } = agent.pipeline
  const { redactor } = intake
  assert.equal(intake.stats.records, 4)
  assert.equal(shipper.stats.acknowledgedRecords, 4)
  assert.equal(redactor!.counts[redactor!.names.indexOf('secret')], 3)
})

test('what is read again after a crash is redacted as it was before', async (t) => {
  const { agent, collector, files } = setUp(temporaryDirectory(t), ['ship.batch.max_bytes=1KiB'])
  await agent.start()
  t.after(() => agent.stop())
  collector.mode = 'lose'
  files.write(Array.from({ length: 60 }, (_, index) => `${'x'.repeat(index % 7)} ${SECRETS[index % 4]} ${index}`))
  await agent.clock.advance(2_000)
  await agent.crash()
  collector.mode = 'accept'
  await agent.start()
  await agent.settle()
  assert.equal(collector.records.size, 60)
  assert.ok(collector.redelivered > 0)
  assert.deepEqual(collector.conflicts, [], 'the same text under the same id')
  for (const body of bodiesOf(collector.records))
    assert.ok(
      REDACTED.some((text) => body.includes(text)),
      body,
    )
})

test("docker's lines are redacted, too", async (t) => {
  const { agent, collector, files } = setUp(temporaryDirectory(t))
  await agent.start()
  t.after(() => agent.stop())
  const line = (log: string) =>
    `${JSON.stringify({ log: `${log}\n`, stream: 'stdout', time: '2026-11-21T10:46:01.5Z' })}\n`
  files.append([...SECRETS, '{"password":"a\\"b"}'].map(line).join(''))
  await agent.settle()
  assert.deepEqual(bodiesOf(collector.records), [...REDACTED, '{"password":"[REDACTED:secret]"}'])
})

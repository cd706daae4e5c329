import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentHarness } from '../../support/agent-harness.ts'
import { numbered, SMALL_BATCHES, setUpJournal } from '../../support/journal-harness.ts'
import { decodeLogsRequest, type ProtoKeyValue } from '../../support/otlp-proto.ts'
import { until } from '../../support/until.ts'

const valuesOf = (attributes: readonly ProtoKeyValue[] | undefined) =>
  Object.fromEntries(attributes?.map(({ key, value }) => [key, value?.stringValue ?? Number(value?.intValue)]) ?? [])

test('entries arrive with their time, severity, resource and attributes', async (t) => {
  const { agent, collector, journal, untilThere } = setUpJournal(t, ['journald.fields=["ORDER_ID"]'])
  journal.add('two\nlines', {
    ...{ PRIORITY: '3', _PID: '42', _COMM: 'shop', SYSLOG_IDENTIFIER: 'shopd', _MACHINE_ID: 'm1', ORDER_ID: '7' },
    ...{ CODE_FILE: 'order.c', CODE_LINE: '12', IGNORED: 'x', _CMDLINE: 'shop --password=secret' },
  })
  await agent.start()
  await untilThere(1)
  const [first] = decodeLogsRequest(collector.lastBody).resourceLogs ?? []
  const resource = valuesOf(first?.resource?.attributes)
  // The machine that the test runs on may be a container itself, whose variables say so.
  for (const key of Object.keys(resource)) if (key.startsWith('k8s.')) delete resource[key]
  assert.deepEqual(resource, {
    'service.name': 'shop',
    'systemd.unit': 'shop.service',
    'host.name': 'node-1',
    'host.id': 'm1',
    'host.boot.id': '874171a62b7c4ec4960fa0609a371d06',
  })
  const record = first?.scopeLogs?.[0]?.logRecords?.[0]
  assert.equal(record?.body?.stringValue, 'two\nlines')
  assert.equal(record?.timeUnixNano, '1795257960001000000')
  assert.deepEqual([record?.severityNumber, record?.severityText], [17, 'err'])
  const { 'log.record.uid': uid, ...attributes } = valuesOf(record?.attributes)
  assert.match(String(uid), /^[.0-9A-Z_a-z]{34}$/)
  assert.deepEqual(attributes, {
    'process.pid': 42,
    'process.executable.name': 'shop',
    'syslog.identifier': 'shopd',
    'code.file.path': 'order.c',
    'code.line.number': 12,
    'journald.order_id': '7',
  })
})

test('the severity is the priority, unless that is what journald gives all output and the line says another', async (t) => {
  const { agent, collector, journal, untilThere } = setUpJournal(t)
  const output = { _TRANSPORT: 'stdout', PRIORITY: '6' }
  journal.add('ERROR it burns', output)
  journal.add('it is warm', output)
  journal.add('ERROR in words only', { PRIORITY: '7' })
  journal.add('WARN without a priority')
  journal.add('odd', { PRIORITY: '9' })
  await agent.start()
  await untilThere(5)
  const severities = new Map([...collector.records.values()].map(({ body, severity }) => [body, severity]))
  assert.deepEqual(
    severities,
    new Map([
      ['ERROR it burns', 17],
      ['it is warm', 9],
      ['ERROR in words only', 5],
      ['WARN without a priority', 13],
      ['odd', 0],
    ]),
  )
})

test('what is no text arrives: bytes, colours, invalid UTF-8, several messages, none', async (t) => {
  const { agent, journal, untilThere, bodies } = setUpJournal(t)
  journal.add([...Buffer.from('colour \u001b[31mred')])
  journal.add([0x61, 0xff, 0x62])
  journal.add(['first of two', 'second'])
  journal.add(null)
  journal.add('über ☃ "quoted"')
  await agent.start()
  await untilThere(5)
  assert.deepEqual(bodies(), ['colour \u001b[31mred', 'a\ufffdb', 'first of two', '', 'über ☃ "quoted"'])
})

test('a restart goes on behind the last entry that was acknowledged, a crash delivers the rest again under the same ids', async (t) => {
  const { agent, collector, journal, untilThere, bodies } = setUpJournal(t, SMALL_BATCHES)
  journal.addAll(numbered(200))
  await agent.start()
  await untilThere(200)
  await agent.clock.advance(2_000)
  await agent.stop()
  journal.addAll(numbered(10, 'meanwhile'))
  await agent.start()
  await untilThere(210)
  assert.equal(collector.redelivered, 0)
  await agent.clock.advance(2_000)
  collector.mode = 'lose'
  journal.addAll(numbered(100, 'lost'))
  await until(
    'some are taken',
    async () => {
      await agent.clock.advance(300)
      return collector.records.size > 210
    },
    { everyMs: 5 },
  )
  await agent.crash()
  collector.mode = 'accept'
  await agent.start()
  await untilThere(310)
  assert.deepEqual(bodies(), [...numbered(200), ...numbered(10, 'meanwhile'), ...numbered(100, 'lost')])
  assert.ok(collector.redelivered > 0)
  assert.deepEqual(collector.conflicts, [])
  assert.match(journal.starts.at(-1)!.join(' '), /--cursor=s=/)
  assert.doesNotMatch(agent.lines.join(''), /is not there any more/)
  const { intake, shipper } = agent.pipeline
  assert.equal(intake.stats.records, shipper.stats.acknowledgedRecords)
})

test('if the entry where it stopped is gone the next one there is follows, and the gap is said', async (t) => {
  const { agent, journal, untilThere, bodies } = setUpJournal(t)
  journal.addAll(numbered(10))
  await agent.start()
  await untilThere(10)
  await agent.clock.advance(2_000)
  await agent.stop()
  journal.addAll(numbered(10, 'more'))
  journal.drop(15)
  await agent.start()
  await untilThere(15)
  assert.deepEqual(bodies(), [...numbered(10), ...numbered(10, 'more').slice(5)])
  assert.match(agent.lines.join(''), /level=error .*is not there any more/)
})

test('with another filter the entry where it stopped may be left out: that is no gap', async (t) => {
  const { agent, collector, directory, journal, untilThere } = setUpJournal(t)
  journal.addAll(numbered(3))
  await agent.start()
  await untilThere(3)
  await agent.clock.advance(2_000)
  await agent.stop()
  journal.drop(3)
  journal.add('of the other unit')
  const other = new AgentHarness(directory, collector, [
    ...['logs.enabled=false', 'journald.enabled=true', 'journald.units=["other"]', 'journald.priority=notice'],
    `journald.journalctl=${journal.program}`,
  ])
  await other.start()
  await until('it is there', async () => {
    await other.clock.advance(300)
    return collector.records.size === 4
  })
  await other.stop()
  assert.doesNotMatch(other.lines.join(''), /is not there any more/)
  assert.deepEqual(journal.starts.at(-1)?.slice(-2), ['--unit=other', '--priority=notice'])
})

test('an entry beyond the limit is cut, and says how long it was; memory does not hold it', async (t) => {
  const { agent, collector, journal, untilThere, bodies } = setUpJournal(t, ['logs.max_record_bytes=1KiB'])
  journal.add('before')
  journal.add(`${'é'.repeat(400_000)}`, { PRIORITY: '4' })
  journal.add([...Buffer.alloc(200_000, 'b')])
  journal.add('short', { COREDUMP: 'c'.repeat(400_000), _SYSTEMD_UNIT: 'core.service' })
  journal.add('after')
  await agent.start()
  await untilThere(5)
  assert.deepEqual(bodies(), ['before', 'é'.repeat(512), 'b'.repeat(1_024), '', 'after'])
  const cut = [...collector.records.values()].filter(({ originalBytes }) => originalBytes > 0)
  assert.equal(cut.length, 3)
  assert.ok(cut.every(({ originalBytes }) => originalBytes > 100_000))
  assert.equal(agent.pipeline.intake.stats.truncatedRecords, 3)
})

test('secrets in entries are redacted, and the severity stays', async (t) => {
  const presets = 'logs.redact.presets=[email, credit_card, secret, bearer_token, jwt, private_key]'
  const { agent, collector, journal, untilThere, bodies } = setUpJournal(t, [presets])
  const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----'
  journal.add('mail to john.doe@example.org', { PRIORITY: '3' })
  journal.add('password=hunter2', { PRIORITY: '4' })
  journal.add(`the key: ${key} ends`, { PRIORITY: '2' })
  journal.add('john.doe@example.org first', { PRIORITY: '7' })
  await agent.start()
  await untilThere(4)
  assert.deepEqual(bodies(), [
    'mail to [REDACTED:email]',
    'password=[REDACTED:secret]',
    'the key: [REDACTED:private_key] ends',
    '[REDACTED:email] first',
  ])
  const severities = [...collector.records.values()].map(({ severity }) => severity)
  assert.deepEqual(severities, [17, 13, 18, 5])
})

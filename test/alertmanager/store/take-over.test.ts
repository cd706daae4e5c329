import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { readSilences } from '../../../alertmanager/silence/snapshot.ts'
import { readNotifications, withFingerprints } from '../../../alertmanager/store/nflog-snapshot.ts'
import { SnapshotDamaged } from '../../../alertmanager/store/snapshot.ts'
import { xxhash64 } from '../../../alertmanager/store/xxhash64.ts'
import { nflogFile } from '../support/nflog-file.ts'

/** What Alertmanager 0.25 wrote for a silence of `a=b` and `c=~d.*`. */
const SILENCES = Buffer.from(
  '7f0a6f0a2439343863336339612d653635652d346532622d396136642d653765636531363331383437120612' +
    '01611a0162120a08011201631a03642e2a1a0c0898a18ad80610a6cfb4bc03220c08a8bd8ad8061080d0c0ba032a0c' +
    '0898a18ad80610a6cfb4bc0342026d654a0568656c6c6f120c08a8eca4d8061080d0c0ba03',
  'hex',
)
/** What it wrote after a webhook had heard of `foo` with `x=y`. */
const NFLOG = Buffer.from(
  '3f0a2f0a057b7d3a7b7d120c0a01741207776562686f6f6b2a0c0898a18ad80610e397cccd03' +
    '320afedffdf3dbd5fff4e601120c0898828cd80610e397cccd03',
  'hex',
)

const field = (number: number, content: Buffer | string) => {
  const bytes = Buffer.from(content)
  return Buffer.concat([Buffer.of(number * 8 + 2, bytes.length), bytes])
}
const message = (...fields: Buffer[]) => Buffer.concat(fields)
const matcher = (name: string, pattern: string) => message(field(2, name), field(3, pattern))

test('silences are read as Alertmanager wrote them', () => {
  const [silence, ...others] = readSilences(SILENCES)
  assert.equal(others.length, 0)
  assert.deepEqual(
    { ...silence, matchers: silence!.matchers.map(String), annotations: [...silence!.annotations] },
    {
      id: '948c3c9a-e65e-4e2b-9a6d-e7ece1631847',
      matchers: ['a="b"', 'c=~"d.*"'],
      startsAtMs: Date.parse('2026-11-22T06:50:00.931Z'),
      endsAtMs: Date.parse('2026-11-22T07:50:00.928Z'),
      updatedAtMs: Date.parse('2026-11-22T06:50:00.931Z'),
      ...{ createdBy: 'me', comment: 'hello', annotations: [] },
    },
  )
})

test('sets of matchers become silences of their own; annotations and old comments are kept', () => {
  const set = (name: string) => field(11, field(1, matcher(name, '1')))
  const silence = message(
    ...[field(1, 'id'), field(2, matcher('a', '1')), set('a'), set('b')],
    ...[field(7, message(field(1, 'me'), field(2, 'old'))), field(10, message(field(1, 'k'), field(2, 'v')))],
  )
  const envelope = field(1, silence)
  const [first, second, ...others] = readSilences(message(Buffer.of(envelope.length), envelope))
  assert.equal(others.length, 0)
  assert.deepEqual([first!.id, String(first!.matchers)], ['id', 'a="1"'])
  assert.equal(String(second!.matchers), 'b="1"')
  assert.match(second!.id, /^[0-9a-f]{8}-/)
  assert.deepEqual([first!.createdBy, first!.comment, [...first!.annotations]], ['me', 'old', [['k', 'v']]])
})

test('what comes before damage is read, and the damage is told', () => {
  const seen: string[] = []
  assert.throws(() => {
    for (const { id } of readSilences(message(SILENCES, SILENCES.subarray(0, 50)))) seen.push(id)
  }, SnapshotDamaged)
  assert.equal(seen.length, 1)
  for (const garbage of ['ff', 'ffffffffff7f', '0100', '03120100']) {
    assert.throws(() => [...readSilences(Buffer.from(garbage, 'hex'))], SnapshotDamaged, garbage)
  }
})

test('the notification log is read, and its alerts are known again by their labels', () => {
  const [logged, ...others] = readNotifications(NFLOG, 1_000)
  assert.equal(others.length, 0)
  const { key, entry } = logged!
  assert.deepEqual(key, { groupKey: 't: {}:{}', receiver: 't', integration: 'webhook', index: 0 })
  assert.equal(new Date(entry.sentAtMs).toISOString(), '2026-11-22T06:50:00.968Z')
  assert.equal(entry.expiresAtMs, entry.sentAtMs + 1_000)
  const told = LabelSet.from({ alertname: 'foo', x: 'y' })
  const other = LabelSet.from({ alertname: 'foo' })
  const named = withFingerprints(entry, () => [other, told])
  assert.deepEqual([...named.firing], [told.fingerprint])
  assert.equal(
    withFingerprints(named, () => assert.fail('all are known')),
    named,
  )
})

test('what an integration remembered is read; numbers, which none has, are left out', () => {
  const file = nflogFile({
    ...{ groupKey: '{}:{}', receiver: 'r', integration: 'slack', atMs: 1_500, firing: [LabelSet.from({ a: 'b' })] },
    data: { threadTs: '1234.5678', count: 2.5, channelId: 'C1', empty: '' },
  })
  const [logged] = readNotifications(file, 1_000)
  assert.equal(logged!.entry.sentAtMs, 1_500)
  assert.deepEqual(logged!.entry.receiverData, { threadTs: '1234.5678', channelId: 'C1', empty: '' })
  const named = withFingerprints(logged!.entry, () => [LabelSet.from({ a: 'b' })])
  assert.deepEqual([...named.firing], [LabelSet.from({ a: 'b' }).fingerprint])
})

test('the hash is XXH64', () => {
  const hash = (text: string) => xxhash64(Buffer.from(text)).toString(16)
  assert.equal(hash(''), 'ef46db3751d8e999')
  assert.equal(hash('a'), 'd24ec4f1a98c6e5b')
  assert.equal(hash('abc'), '44bc2cf5ad770999')
})

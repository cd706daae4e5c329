import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LabelSet } from '#lib/labels.ts'
import { KnownAlerts } from '../../../alertmanager/receive/known-alerts.ts'
import { decodePostableAlerts, type PostableAlert } from '../../../alertmanager/receive/postable-alerts.ts'

const printed = (alerts: readonly PostableAlert[]) =>
  alerts.map(({ labels, annotations, ...rest }) => ({ ...rest, labels: `${labels}`, annotations: `${annotations}` }))

const setOf = (record: Readonly<Record<string, string>>) => {
  return LabelSet.from(record).filter((_name, value) => value !== '')
}

/** What is taken the short way must be what the real parser makes of it, also when it was seen before. */
function assertSame(known: KnownAlerts, body: Buffer): boolean {
  const short = known.decode(body)
  const long = decodePostableAlerts(body)
  if (short === undefined) return false
  assert.ok(long.ok, body.toString())
  assert.deepEqual(printed(short), printed(long.value), body.toString())
  return true
}

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('', '"', '\\', '\\"', '}', '{"', 'é'))
const alertsWith = (name: fc.Arbitrary<string>) =>
  fc.array(
    fc.record(
      {
        labels: fc.dictionary(name, text),
        annotations: fc.dictionary(name, text),
        startsAt: fc.constantFrom('2026-11-21T10:00:00.5Z', '2026-11-21T10:00:00+02:00', '', '0001-01-01T00:00:00Z'),
        endsAt: fc.constantFrom('2026-11-22T10:00:00Z', '2026-11-21'),
        generatorURL: fc.constantFrom('', 'http://p/graph?a=1&b=2', '/graph', 'http://p/ü'),
      },
      { requiredKeys: ['labels'] },
    ),
    { maxLength: 6 },
  )
const indent = fc.constantFrom(undefined, 1, '\t')

test('well-formed bodies are taken the short way, and mean what they mean', () => {
  const known = new KnownAlerts(1_000)
  fc.assert(
    fc.property(alertsWith(text), indent, (alerts, space) => {
      const body = Buffer.from(JSON.stringify(alerts, undefined, space))
      for (const time of ['first', 'second']) {
        const decoded = known.decode(body)
        if (decoded === undefined) {
          assert.match(body.toString(), /\\ud[89a-f]/i, 'only what is not well-formed is left to the other parser')
          return
        }
        const expected = alerts.map(({ labels, annotations = {} }) => [
          `${setOf(labels)}`,
          `${LabelSet.from(annotations)}`,
        ])
        const actual = decoded.map(({ labels, annotations }) => [`${labels}`, `${annotations}`])
        assert.deepEqual(actual, expected, time)
      }
    }),
    { numRuns: 300 },
  )
})

/** V8's parser, which is the oracle here, mistakes some names that have escapes. */
const plainName = text.filter((name) => JSON.stringify(name) === `"${name}"`)
const written = fc
  .tuple(alertsWith(plainName), indent)
  .map(([alerts, space]) => JSON.stringify(alerts, undefined, space))

test('what is damaged, cut or put together in another way is never taken for something else', () => {
  const known = new KnownAlerts(1_000)
  const piece = fc.constantFrom(
    ...['{"labels":{"a":"b"}}', '"labels":', '{"a":"b"}', '[', ']', '{', '}', ',', ':', '"', ' ', '\\', 'null', '1'],
    ...[
      '"endsAt":"2026-11-21T10:00:00Z"',
      '"startsAt":"soon"',
      '"generatorURL":"foo bar"',
      '"labels":{"a":1}',
      '"x":1',
    ],
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
        fc.tuple(written, fc.nat(), fc.nat(255)).map(([body, at, unit]) => {
          const bytes = Buffer.from(body)
          bytes[at % bytes.length] = unit
          return bytes.toString('latin1')
        }),
        fc.tuple(written, fc.nat()).map(([body, at]) => body.slice(0, at % (body.length + 1))),
      ),
      (body) => void assertSame(known, Buffer.from(body, 'latin1')),
    ),
    { numRuns: 1_000 },
  )
})

test('what was seen before is the same object again, until it was not seen for long', () => {
  const known = new KnownAlerts(1_000)
  const body = (n: number) => Buffer.from(JSON.stringify([{ labels: { n: `${n}` } }]))
  const labelsOf = (n: number) => known.decode(body(n))?.[0]?.labels
  const first = labelsOf(0)
  assert.equal(labelsOf(0), first)
  for (let n = 1; n <= 1_500; n++) labelsOf(n)
  assert.equal(labelsOf(0), first, 'of the generation before')
  for (let n = 2_000; n <= 4_100; n++) labelsOf(n)
  assert.notEqual(labelsOf(0), first)
})

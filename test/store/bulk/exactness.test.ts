import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FILE_KEY_BYTES, RECORD_UID_BYTES, writeRecordUid } from '#lib/record-uid.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { Core, STREAM, type TestDocument } from '../core.ts'

const DAY_START_NS = BigInt(Date.UTC(2026, 10, 20)) * 1_000_000n

/** JSON texts as people and programs write them: odd spaces, escapes, numbers with all their digits. */
const string = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', 'GET /healthz', 'error', '日本 語', '\n\t\u0000', '\\"', '10.0.0.1', 'ünïcode', '\u2028', '😀'),
)
const scalarText = fc.oneof(
  string.map((value) => JSON.stringify(value)),
  fc.constantFrom('"\\u0041\\/"', '1e5', '-0', '1.0', '12345678901234567890', '0.10', 'true', 'false', 'null', '"a"'),
  fc.integer().map(String),
)
const space = fc.constantFrom('', '', '', ' ', '\t', ' \r ')
const key = fc.constantFrom('a', 'b', 'a.b', 'c.d.e', '日', '@meta', 'msg', 'x"y', '__proto__', 'constructor')
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalarText,
    fc.tuple(space, fc.array(tie('value'), { maxLength: 3 })).map(([pad, items]) => `[${pad}${items.join(`${pad},`)}]`),
    fc
      .tuple(space, fc.uniqueArray(fc.tuple(key, tie('value')), { maxLength: 3, selector: ([name]) => name }))
      .map(
        ([pad, entries]) =>
          `{${pad}${entries.map(([name, item]) => `${JSON.stringify(name)}${pad}:${item}`).join(`,${pad}`)}}`,
      ),
  ),
}))
const timeNs = fc.bigInt({ min: 0n, max: 2n * 86_400_000_000_000n - 1n }).map((ns) => DAY_START_NS + ns)
const timestamp = fc.tuple(timeNs, fc.constantFrom(0, 3, 6, 9)).map(([ns, digits]) => {
  const [date, fraction] = isoOf(ns).split('.')
  return digits === 0 ? `${date}Z` : `${date}.${fraction!.slice(0, digits)}Z`
})

function isoOf(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19)
  return `${seconds}.${String(ns % 1_000_000_000n).padStart(9, '0')}`
}

const document = fc
  .tuple(
    timestamp,
    fc.uniqueArray(fc.tuple(key, value), { maxLength: 4, selector: ([name]) => name }),
    space,
    fc.boolean(),
  )
  .map(([time, entries, pad, timeLast]) => {
    const stamp = `"@timestamp"${pad}:${pad}"${time}"`
    const others = entries.map(([name, item]) => `${JSON.stringify(name)}:${item}`)
    return `{${pad}${(timeLast ? [...others, stamp] : [stamp, ...others]).join(`${pad},`)}}`
  })

test('what was created is read back byte for byte, in order, with its time to the nanosecond', async (t) => {
  let run = 0
  const directory = temporaryDirectory(t)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(document, { minLength: 1, maxLength: 12 }), { maxLength: 5 }), async (bulks) => {
      const core = new Core(`${directory}/${run++}`)
      core.putStreamTemplate({ dynamic: false })
      const expected: string[] = []
      for (const [number, bulk] of bulks.entries()) {
        // Some documents are repeated, as those of one sender are.
        const sources = [...bulk, ...bulk.slice(0, 3), ...bulk.slice(0, 3)]
        const statuses = core.statuses(sources.map((source) => ({ source })))
        assert.deepEqual(
          statuses,
          sources.map(() => 201),
          sources.join('\n'),
        )
        expected.push(...sources)
        if (number === 1) core.restart()
      }
      const check = () => {
        const stored = core.documents()
        assert.deepEqual(
          stored.map(({ source }) => source),
          expected,
        )
        for (const { source, timeNs } of stored) {
          const text = String((JSON.parse(source) as Record<string, unknown>)['@timestamp'])
          assert.equal(`${isoOf(timeNs)}Z`, `${text.slice(0, 19)}.${text.slice(20, -1).padEnd(9, '0')}Z`)
        }
        assert.equal(new Set(stored.map(({ id }) => id)).size, stored.length)
      }
      check()
      const ids = core.documents().map(({ id }) => id)
      await core.merge()
      check()
      assert.deepEqual(
        core.documents().map(({ id }) => id),
        ids,
      )
      core.restart()
      check()
      core.stop()
    }),
    { numRuns: 25 },
  )
})

interface Known {
  readonly id: string
  readonly ns: bigint
}

/** Ids of both kinds: uids of a few files, whose time is the document's or another, and texts. */
const knownId: fc.Arbitrary<Known> = fc
  .tuple(
    fc.constantFrom(0n, 1n, 86_400_000_000_000n, 5_000_000_123n),
    fc.integer({ min: 0, max: 40 }),
    fc.nat(2),
    fc.constantFrom('uid', 'text', 'other'),
  )
  .map(([offsetNs, number, file, kind]) => {
    const ns = DAY_START_NS + offsetNs
    if (kind === 'text') return { id: `id ${number}`, ns }
    const uid = Buffer.alloc(RECORD_UID_BYTES)
    const uidNs = kind === 'other' ? ns + 1n : ns
    const fileKey = Buffer.alloc(FILE_KEY_BYTES, '0').fill(String(file), 10)
    writeRecordUid(uid, 0, Number(uidNs >> 32n), Number(uidNs & 0xffff_ffffn), fileKey, number * 100, 99)
    return { id: uid.toString('latin1'), ns }
  })

type Command =
  | { readonly kind: 'bulk'; readonly known: readonly Known[] }
  | { readonly kind: 'merge' }
  | { readonly kind: 'restart' }
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('bulk' as const),
      known: fc.array(knownId, { minLength: 1, maxLength: 30 }),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Command>({ kind: 'merge' }, { kind: 'restart' }) },
)

for (const kind of ['data stream', 'index'] as const) {
  test(`a second create of an _id in a ${kind} is a conflict, whatever lies between`, async (t) => {
    let run = 0
    const directory = temporaryDirectory(t)
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 14 }), async (commands) => {
        const core = new Core(`${directory}/${run++}`)
        const index = kind === 'index' ? 'plain' : STREAM
        core.putStreamTemplate()
        const seen = new Map<string, string>()
        for (const step of commands) {
          if (step.kind === 'merge') await core.merge()
          else if (step.kind === 'restart') core.restart()
          else {
            const documents: TestDocument[] = step.known.map(({ id, ns }, place) => ({
              index,
              id,
              source: `{"@timestamp":"${isoOf(ns)}Z","n":${place}}`,
            }))
            const expected = step.known.map(({ id, ns }, place) => {
              const known = kind === 'index' ? id : `${ns} ${id}`
              if (seen.has(known)) return 409
              seen.set(known, documents[place]!.source)
              return 201
            })
            assert.deepEqual(core.statuses(documents), expected)
          }
        }
        const stored = core
          .documents()
          .map(({ id, timeNs, source }) => [kind === 'index' ? id : `${timeNs} ${id}`, source])
        assert.deepEqual(new Map(stored as [string, string][]), seen)
        assert.equal(stored.length, seen.size)
        core.stop()
      }),
      { numRuns: 25 },
    )
  })
}

test('requests whose documents lie at the same places have nothing to do with each other', (t) => {
  const core = new Core(temporaryDirectory(t))
  core.putStreamTemplate({ properties: { n: { type: 'integer' } } })
  const source = (minute: number, n: string) => `{"@timestamp":"2026-11-20T00:0${minute}:00.000Z","n":${n}}`
  assert.deepEqual(core.statuses([{ source: source(1, '1111') }]), [201])
  assert.deepEqual(core.statuses([{ source: source(2, '"ab"') }]), [400])
  assert.deepEqual(core.statuses([{ source: source(3, '"cd"') }]), [400])
  assert.deepEqual(core.statuses([{ source: source(4, '2222') }]), [201])
  assert.deepEqual(
    core.documents().map((stored) => [stored.source, isoOf(stored.timeNs)]),
    [
      [source(1, '1111'), '2026-11-20T00:01:00.000000000'],
      [source(4, '2222'), '2026-11-20T00:04:00.000000000'],
    ],
  )
  core.stop()
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SEVERITIES } from '#lib/parse/severity-names.ts'
import { FILE_KEY_BYTES } from '#lib/record-uid.ts'
import { Line, NO_STREAM, STREAM_NAMES } from '../../../agent/decode/line.ts'
import type { RuleConfig } from '../../../agent/filter/config.ts'
import { Drops } from '../../../agent/filter/drops.ts'
import { FilterRules } from '../../../agent/filter/filter-rules.ts'
import { isSampled } from '../../../agent/filter/sampling.ts'
import { Extent } from '../../../agent/ship/extent.ts'

function createRules(configs: readonly RuleConfig[]) {
  const counts: Record<string, number> = {}
  const drops = new Drops({
    recordsFiltered({ reason }, { count = 1 } = {}) {
      counts[reason] = (counts[reason] ?? 0) + count
    },
  })
  return { rules: new FilterRules(configs, drops), drops, counts }
}

const TEXTS = ['health', 'GET /', 'é', 'slow'] as const
const PATTERNS = ['^GET', 'h$', '\\d{3}', 'é|slow'] as const
const severity = fc.option(fc.constantFrom(...SEVERITIES), { nil: undefined })
const rule: fc.Arbitrary<RuleConfig> = fc.record(
  {
    containers: fc.constantFrom(
      [],
      [],
      [],
      [{ namespace: 'shop', pod: 'web-*', container: '*' }],
      [{ namespace: 'other', pod: '*', container: '*' }],
    ),
    min_severity: severity.map((value) => value!),
    max_severity: severity.map((value) => value!),
    stream: fc.constantFrom(...STREAM_NAMES),
    contains: fc.constantFrom(...TEXTS),
    matches: fc.constantFrom(...PATTERNS),
    action: fc.constantFrom('drop', 'keep', 'sample'),
    one_in: fc.constant(3),
  },
  { requiredKeys: ['containers', 'action', 'one_in'] },
)
const record = fc.record({
  body: fc.array(fc.constantFrom(...TEXTS, ' ', '404', 'x'), { maxLength: 5 }).map((words) => words.join('')),
  severity: fc.nat(24),
  stream: fc.constantFrom(0, 1, NO_STREAM),
})
type AnyRecord = typeof record extends fc.Arbitrary<infer T> ? T : never

const INSTANCE = { namespace: 'shop', pod: 'web-0', uid: 'u', container: 'app' }

/** The index of the rule that decides, or -1. */
function decideNaively(rules: readonly RuleConfig[], { body, severity: number, stream }: AnyRecord): number {
  const rank = Math.ceil(number / 4) - 1
  return rules.findIndex(
    ({ containers, min_severity: min, max_severity: max, ...rest }) =>
      !containers.some(({ namespace }) => namespace === 'other') &&
      (min === undefined || rank >= SEVERITIES.indexOf(min)) &&
      (max === undefined || (number > 0 && rank <= SEVERITIES.indexOf(max))) &&
      (rest.stream === undefined || STREAM_NAMES.indexOf(rest.stream) === stream) &&
      (rest.contains === undefined || body.includes(rest.contains)) &&
      (rest.matches === undefined || new RegExp(rest.matches, 'u').test(body)),
  )
}

test('the first rule that a record meets decides, as it would one by one', () => {
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 4 }), fc.array(record, { maxLength: 8 }), (configs, records) => {
      const { rules, drops, counts } = createRules(configs)
      const filter = rules.of(INSTANCE)
      const bytes = Buffer.from(records.map(({ body }) => body).join('\n'))
      const expected: { [reason: string]: number } = {}
      const line = new Line()
      const extent = new Extent()
      filter?.begin(bytes, 0, bytes.length)
      let at = 0
      for (const each of records) {
        line.bytes = bytes
        line.bodyStart = at
        line.bodyEnd = at + Buffer.byteLength(each.body)
        line.stream = each.stream as 0 | 1 | 2
        line.fields.severityNumber = each.severity
        extent.startOffset = at
        at = line.bodyEnd + 1
        const decisive = decideNaively(configs, each)
        const { action = 'keep' } = configs[decisive] ?? {}
        const isDropped = action === 'drop' || (action === 'sample' && !isSampled(extent, 3, decisive + 1))
        assert.equal(filter?.drops(line, extent) ?? false, isDropped)
        if (isDropped) expected[`rule:${decisive + 1}`] = (expected[`rule:${decisive + 1}`] ?? 0) + 1
      }
      const open = Object.values(expected).reduce((sum, count) => sum + count, 0)
      assert.equal(drops.open, open)
      drops.report()
      assert.equal(drops.open, 0)
      assert.deepEqual(counts, expected)
    }),
    { numRuns: Number(process.env.VEDETTE_FUZZ_RUNS ?? 200) },
  )
})

test('containers with the same rules share a filter, and those without any have none', () => {
  const containers = [{ namespace: 'shop', pod: '*', container: '*' }]
  const { rules } = createRules([{ containers, contains: 'x', action: 'drop' }])
  const filter = rules.of(INSTANCE)
  assert.ok(filter !== undefined)
  assert.equal(rules.of({ ...INSTANCE, pod: 'web-1' }), filter)
  assert.equal(rules.of({ ...INSTANCE, namespace: 'other' }), undefined)
})

test('a sample is of about the size that was asked for, in every file, and another for another rule', () => {
  const extent = new Extent()
  let both = 0
  for (const name of ['a', 'b']) {
    extent.fileKey = Buffer.from(name.repeat(FILE_KEY_BYTES))
    let kept = 0
    for (let index = 0; index < 10_000; index++) {
      extent.startOffset = 2 ** 32 - 500_000 + index * 100
      const isKept = isSampled(extent, 10, 1)
      assert.equal(isSampled(extent, 10, 1), isKept)
      kept += Number(isKept)
      both += Number(isKept && isSampled(extent, 10, 2))
    }
    assert.ok(kept > 850 && kept < 1_150, `${kept} of 10000`)
  }
  assert.ok(both > 120 && both < 290, `${both} of 2000`)
})

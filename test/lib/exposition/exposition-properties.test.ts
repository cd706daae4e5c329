import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client'
import { ExpositionError } from '#lib/exposition/exposition-error.ts'
import type { ExpositionFormat } from '#lib/exposition/format.ts'
import { parseExposition } from '../../support/parse-exposition.ts'

const FORMATS: readonly ExpositionFormat[] = ['text', 'openmetrics']
const LETTERS = [...'abcdefghijklmnopqrstuvwxyzABCXYZ_']
const name = fc
  .tuple(fc.constantFrom(...LETTERS), fc.string({ unit: fc.constantFrom(...LETTERS, '0', '9'), maxLength: 8 }))
  .map(([first, rest]) => first + rest)
const value = fc.oneof(fc.double(), fc.integer())
const anyText = fc.string({ unit: 'grapheme', maxLength: 12 })
const trickyText = fc.string({ unit: fc.constantFrom('\\', '"', '\n', '{', '}', ',', '=', ' ', '#', 'n', 'ü') })
const labels = fc.uniqueArray(fc.tuple(name, fc.oneof(anyText, trickyText)), { selector: ([key]) => key, maxLength: 4 })
const samples = fc.uniqueArray(fc.tuple(name, labels, value, fc.option(fc.integer({ min: 0, max: 2 ** 41 }))), {
  selector: ([key]) => key,
  maxLength: 5,
})

type Sample = typeof samples extends fc.Arbitrary<(infer S)[]> ? S : never

function print(list: readonly Sample[], format: ExpositionFormat): string {
  const escapeText = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
  const printValue = (number: number) =>
    Number.isFinite(number) ? String(Object.is(number, -0) ? '-0' : number) : String(number).replace('inity', '')
  const lines = list.map(([key, pairs, number, timeMs]) => {
    const inside = pairs.map(([label, text]) => `${label}="${escapeText(text)}"`).join(',')
    const time = timeMs === null ? '' : ` ${format === 'text' ? timeMs : (timeMs / 1000).toFixed(3)}`
    return `${key}${inside === '' ? '' : `{${inside}}`} ${printValue(number)}${time}\n`
  })
  return lines.join('') + (format === 'text' ? '' : '# EOF\n')
}

describe('ExpositionParser, whatever comes', () => {
  it('reads what was printed', () => {
    fc.assert(
      fc.property(samples, fc.constantFrom(...FORMATS), fc.integer({ min: 1, max: 40 }), (list, format, chunkBytes) => {
        const parsed = parseExposition(print(list, format), format, { chunkBytes })
        assert.deepEqual(
          parsed.samples.map((sample) => [sample.name, sample.labels, sample.value, sample.timestampMs ?? null]),
          list.map(([key, pairs, number, timeMs]) => [key, Object.fromEntries(pairs), number, timeMs]),
        )
      }),
    )
  })

  it('reads what prom-client prints', async () => {
    for (const format of FORMATS) {
      const registry = new Registry()
      if (format === 'openmetrics') registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never)
      const registers = [registry]
      const counter = new Counter({ name: 'things_total', help: 'Things\nof "kinds"', labelNames: ['kind'], registers })
      counter.inc({ kind: 'a"b\\c\nd' }, 3)
      new Gauge({ name: 'level', help: 'Level', registers }).set(-1.5e-7)
      const histogram = new Histogram({ name: 'took_seconds', help: 'Time', buckets: [0.1, 1], registers })
      for (const seconds of [0.05, 0.5, 5]) histogram.observe(seconds)
      new Summary({ name: 'size_bytes', help: 'Size', percentiles: [0.5, 0.99], registers }).observe(7)
      const { samples: read, families } = parseExposition(await registry.metrics(), format)
      const expected = (await registry.getMetricsAsJSON()).flatMap((metric) =>
        (metric.values as { metricName?: string; value: number; labels: Record<string, unknown> }[]).map((sample) => [
          // Having printed OpenMetrics, it names its counters without `_total`.
          sample.metricName ?? metric.name.replace(/^things$/, 'things_total'),
          sample.value,
          Object.fromEntries(Object.entries(sample.labels).map(([key, text]) => [key, String(text)])),
        ]),
      )
      const byName = (a: readonly unknown[], b: readonly unknown[]) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
      assert.deepEqual(
        read.map((sample) => [sample.name, sample.value, sample.labels]).sort(byName),
        expected.sort(byName),
      )
      assert.deepEqual(families.map(({ type }) => type).sort(), ['counter', 'gauge', 'histogram', 'summary'])
    }
  })

  it('throws nothing but its own error', () => {
    const line = fc.oneof(
      fc.constantFrom('a{b="c"} 1', '# TYPE a counter', '# HELP a b', '# UNIT a b', '# EOF', 'a 1 2', '{"x"} 1', ''),
      fc.string({ unit: fc.constantFrom(...'{}"\\=,# \t_aE0123.+-:', 'é', '\u0000'), maxLength: 30 }),
      fc.string({ unit: 'binary', maxLength: 30 }),
    )
    const bytes = fc.oneof(
      fc.array(line, { maxLength: 8 }).map((lines) => Buffer.from(lines.join('\n'))),
      fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
    )
    fc.assert(
      fc.property(bytes, fc.constantFrom(...FORMATS), fc.integer({ min: 1, max: 20 }), (text, format, chunkBytes) => {
        const outcomes = [chunkBytes, 1000].map((size) => {
          try {
            return parseExposition(text, format, { chunkBytes: size })
          } catch (error) {
            assert.ok(error instanceof ExpositionError, String(error))
            return error.message
          }
        })
        assert.deepEqual(outcomes[0], outcomes[1])
      }),
      { numRuns: 500 },
    )
  })
})

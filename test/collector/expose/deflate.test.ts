import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Compression } from '../../../collector/expose/compression.ts'
import type { ExpositionFormat } from '../../../collector/expose/format.ts'
import { Renderer } from '../../../collector/expose/renderer.ts'
import { Selection } from '../../../collector/expose/selection.ts'
import type { SeriesTable } from '../../../collector/series/series-table.ts'
import { createTable, NOON_MS, sourceOf } from '../../support/series-table.ts'

const ALL = { nodes: [], shard: undefined, names: new Set<string>(), selectors: [] }

function render(table: SeriesTable, format: ExpositionFormat, compression?: Compression): Buffer {
  const renderer = new Renderer(table.store, format, new Selection(ALL), compression?.open())
  const pieces: Buffer[] = []
  for (let piece = renderer.next(); piece !== undefined; piece = renderer.next()) pieces.push(Buffer.from(piece))
  renderer.close()
  return Buffer.concat(pieces)
}

const values = fc.array(
  fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.stringMatching(/^(\/pod[0-9a-f]{4}-){0,6}$/),
    fc.constant('x'.repeat(700)),
  ),
  {
    minLength: 4,
    maxLength: 4,
  },
)
const samples = fc.array(
  fc.record({ family: fc.nat(3), job: fc.nat(2), values, isRemoved: fc.boolean(), value: fc.double() }),
  { maxLength: 40 },
)

test('what is compressed line by line is gzip of the same text, now and after series came and went', () => {
  const property = fc.property(samples, samples, (first, second) => {
    const { table } = createTable()
    const compression = new Compression()
    for (const round of [first, second]) {
      for (const {
        family,
        job,
        values: [a, b, c, d],
        value,
      } of round) {
        const name = ['a', 'long_name_of_a_metric_total', `n${'n'.repeat(400)}`, 'h'][family]!
        const source = sourceOf({ job: String(job) })
        const spec = { name, type: family === 3 ? 'histogram' : 'gauge', help: a!, unit: '' } as const
        const labels = ['a', a!, 'b', b!, 'c', c!, 'd', d!, 'job', String(job)]
        if (family === 3)
          for (const le of ['1', '+Inf']) table.put(source, spec, 'h_bucket', [...labels, 'le', le], value, NOON_MS)
        else table.put(source, spec, name, value > 0 ? labels : [], value, NOON_MS)
      }
      for (const { job, isRemoved } of round) if (isRemoved) table.removeSource(sourceOf({ job: String(job) }))
      for (const format of ['text', 'openmetrics'] as const) {
        const text = render(table, format)
        for (let turn = 0; turn < 2; turn++) {
          assert.equal(gunzipSync(render(table, format, compression)).toString(), text.toString())
        }
      }
    }
  })
  fc.assert(property, { numRuns: 150 })
})

test('labels and pages that are long are compressed too', () => {
  const { table } = createTable()
  const compression = new Compression()
  const put = (index: number, length: number) => {
    const text = Array.from({ length }, (_, at) => ((at * index) % 36).toString(36)).join('')
    const family = { name: 'm', type: 'gauge', help: '', unit: '' } as const
    assert.equal(table.put(sourceOf(), family, 'm', ['a', text, 'n', String(index)], index / 7, NOON_MS), undefined)
  }
  // Around what programs take, matches reach and deflate looks back.
  for (const [index, length] of [3_000, 3_000, 4_070, 4_090, 4_110, 4_060, 10_000, 10_000, 3, 3].entries())
    put(index, length)
  for (let index = 10; index < 400; index++) put(index, 900)
  const text = render(table, 'text')
  assert.ok(text.length > 400_000)
  const packed = render(table, 'text', compression)
  assert.equal(gunzipSync(packed).toString(), text.toString())
  assert.ok(packed.length < text.length / 2)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createTable, lineOf, seriesOf, sourceOf } from '../../support/series-table.ts'

const gauge = (name: string) => ({ name, type: 'gauge', help: '', unit: '' }) as const

type Step =
  | { readonly do: 'put'; readonly source: number; readonly series: number; readonly value: number }
  | { readonly do: 'end'; readonly source: number; readonly series: number }
  | { readonly do: 'remove'; readonly source: number }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'read' | 'stop' }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('put' as const),
        source: fc.nat(2),
        series: fc.nat(30),
        value: fc.double(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), source: fc.nat(2), series: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), source: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('read' as const, 'stop' as const) }) },
  ),
  { maxLength: 150 },
)

test('whatever happens, the table is what a map would be, and its observers see it', () => {
  const property = fc.property(steps, (all) => {
    const { table, clock, expire } = createTable({ maxSeries: 25 })
    /** By series: what is there, or what ended and holds its place. */
    const model = new Map<
      string,
      { source: number; value: number; timeMs: number; seenMs: number; hasEnded: boolean }
    >()
    const observed = new Map<number, { line: string; value: number; hasEnded: boolean }>()
    table.observe({
      sample(row, value) {
        observed.set(row, { line: lineOf(table.labelsOf(row)), value, hasEnded: false })
      },
      ended(row) {
        observed.get(row)!.hasEnded = true
      },
      forgotten(row) {
        assert.ok(observed.get(row)!.hasEnded)
        observed.delete(row)
      },
    })
    const sources = [0, 1, 2].map((index) => sourceOf({ job: `j${index}`, isKept: index === 0 }))
    let readers = 0
    for (const step of all) {
      clock.ms += 1
      const now = table.nowMs
      if (step.do === 'put' || step.do === 'end') {
        // Several names for some labels, and labels that two sources may have.
        const name = `m${step.series % 3}`
        const labels = ['n', String(step.series >> 2)]
        const key = `${name}{n=${step.series >> 2}}`
        const known = model.get(key)
        const source = sources[step.source]!
        if (step.do === 'end') {
          table.end(source, gauge(name), name, labels, now)
          if (known?.source === step.source) Object.assign(known, { hasEnded: true, timeMs: now, seenMs: clock.ms })
        } else {
          const refusal = table.put(source, gauge(name), name, labels, step.value, now)
          const next = { source: step.source, value: step.value, timeMs: now, seenMs: clock.ms, hasEnded: false }
          if (known !== undefined && known.source !== step.source && !known.hasEnded) assert.equal(refusal, 'duplicate')
          else if (known === undefined && model.size >= 25) assert.equal(refusal, 'series_limit')
          else {
            assert.equal(refusal, undefined)
            model.set(key, next)
          }
        }
      } else if (step.do === 'remove') {
        table.removeSource(sources[step.source]!)
        for (const [key, { source }] of model) if (source === step.source) model.delete(key)
      } else if (step.do === 'wait') {
        clock.ms += step.seconds * 1_000
        expire()
        for (const [key, { source, seenMs }] of model) {
          const patience = table.store.sources.find(sources[source]!)?.patienceMs(10_000, 300_000) ?? 0
          const age = clock.ms - seenMs
          // Known to a tenth of a second.
          const isGone = Math.abs(age - patience) < 200 ? !seriesOf(table).has(key) : age > patience
          if (isGone) model.delete(key)
        }
      } else if (step.do === 'read') {
        table.store.rows.beginReading()
        readers += 1
      } else if (readers > 0) {
        table.store.rows.endReading()
        readers -= 1
      }
      const expected = [...model]
        .filter(([, { hasEnded }]) => !hasEnded)
        .map(([key, { value }]) => [key, value] as const)
      assert.deepEqual(seriesOf(table), new Map(expected))
      assert.equal(table.store.size, model.size)
      const seen = [...observed.values()].filter(({ hasEnded }) => !hasEnded).map(({ line, value }) => [line, value])
      assert.deepEqual(new Map(seen as [string, number][]), new Map(seriesOf(table)))
    }
    for (const source of sources) table.removeSource(source)
    const { store } = table
    assert.deepEqual([store.size, store.labelSets.size, store.families.size, store.sources.size], [0, 0, 0, 0])
  })
  fc.assert(property, { numRuns: 150 })
})

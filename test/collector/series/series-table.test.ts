import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SeriesFamily, SeriesType } from '../../../collector/series/series-sink.ts'
import { createTable, liveRows, NOON_MS, seriesOf, sourceOf } from '../../support/series-table.ts'

function familyOf(name: string, type: SeriesType = 'gauge', help = ''): SeriesFamily {
  return { name, type, help, unit: '' }
}

test('the last sample of each series is kept, and what is older or the same changes nothing', () => {
  const { table, clock } = createTable()
  const source = sourceOf()
  const put = (value: number, timeMs: number) => table.put(source, familyOf('a'), 'a', ['b', 'c'], value, timeMs)
  for (const [value, second] of [
    [1, 1],
    [2, 3],
    [3, 2],
    [4, 3],
  ] as const) {
    assert.equal(put(value, NOON_MS + second), undefined)
  }
  assert.deepEqual([...seriesOf(table)], [['a{b=c}', 2]])
  // From a clock that is ahead by a year: taken as of now, so that those that follow still count.
  clock.ms = 10
  put(5, NOON_MS + 365 * 86_400_000)
  assert.equal(table.store.rows.timeMs[liveRows(table)[0]!], NOON_MS + 10)
})

test('labels come back as they were put, whatever they hold, and those without a value are none', () => {
  const { table } = createTable()
  const labels = fc.uniqueArray(
    fc.tuple(fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/), fc.string({ unit: 'grapheme' })),
    {
      selector: ([name]) => name,
      maxLength: 8,
    },
  )
  const property = fc.property(labels, (pairs) => {
    const sorted = pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)).filter(([name]) => name !== '__name__')
    const source = sourceOf()
    assert.equal(table.put(source, familyOf('m'), 'm', sorted.flat(), 1, NOON_MS), undefined)
    const [row] = liveRows(table)
    const known = sorted.filter(([, value]) => value !== '')
    const expected = [...known, ['__name__', 'm']].toSorted(([a], [b]) => (a! < b! ? -1 : 1))
    assert.deepEqual(table.labelsOf(row!), expected.flat())
    table.removeSource(source)
    assert.deepEqual([table.store.size, table.store.labelSets.size], [0, 0])
  })
  fc.assert(property, { numRuns: 200 })
})

test('names and labels that Prometheus does not have are refused', () => {
  const { table } = createTable()
  const put = (name: string, labels: readonly string[]) =>
    table.put(sourceOf(), familyOf(name), name, labels, 1, NOON_MS)
  assert.equal(put('a b', []), 'invalid_labels')
  assert.equal(put('0', []), 'invalid_labels')
  assert.equal(put('a', ['b c', 'd']), 'invalid_labels')
  assert.equal(put('a', ['c', '1', 'b', '2']), 'invalid_labels')
  assert.equal(put('a', ['b', '1', 'b', '2']), 'invalid_labels')
  assert.equal(put('a', ['b', 'x'.repeat(100_000)]), 'invalid_labels')
  const many = Array.from({ length: 100_000 }, (_, index) => [`l${String(index).padStart(6, '0')}`, 'v'])
  assert.equal(put('a', many.flat()), 'invalid_labels')
  assert.equal(
    table.put(sourceOf(), familyOf('h', 'histogram'), 'h_bucket', ['le', 'x"y'], 1, NOON_MS),
    'invalid_labels',
  )
  assert.deepEqual([table.store.size, table.store.families.size, table.store.labelSets.size], [0, 0, 0])
  assert.equal(table.refused.get('invalid_labels'), 8)
})

test('parts of a histogram stand together, in their order, in whatever order they come', () => {
  const property = fc.property(
    fc.shuffledSubarray(['-1', '0.5', '1', '10', '+Inf', 'sum', 'count'], { minLength: 1 }),
    fc.shuffledSubarray(['0.1', '1', '+Inf', 'count'], { minLength: 1 }),
    (one, other) => {
      const { table } = createTable()
      const family = familyOf('h', 'histogram')
      const put = (name: string, part: string) => {
        const isSuffix = part === 'sum' || part === 'count'
        const labels = isSuffix ? ['n', name] : ['le', part, 'n', name]
        assert.equal(table.put(sourceOf(), family, `h_${isSuffix ? part : 'bucket'}`, labels, 1, NOON_MS), undefined)
      }
      for (let index = 0; index < Math.max(one.length, other.length); index++) {
        if (index < one.length) put('a', one[index]!)
        if (index < other.length) put('b', other[index]!)
      }
      const [section] = table.store.families.byName('h')!.sections
      const order: string[] = []
      for (let row = section!.head; order.length < section!.size; row = table.store.rows.next[row]!) {
        const labels = table.labelsOf(row)
        order.push(`${labels.at(-1)} ${labels.includes('le') ? labels[labels.indexOf('le') + 1] : labels[1]}`)
      }
      const rank = (entry: string) =>
        ['-1', '0.1', '0.5', '1', '10', '+Inf', 'h_sum', 'h_count'].indexOf(entry.slice(2)) +
        (entry[0] === (order[0]![0] as string) ? 0 : 100)
      assert.deepEqual(
        order,
        order.toSorted((a, b) => rank(a) - rank(b)),
      )
    },
  )
  fc.assert(property, { numRuns: 100 })
})

test('a name means one thing: what would give it another is refused, and what only says more is taken', () => {
  const { table } = createTable()
  const put = (family: SeriesFamily, name: string, labels: readonly string[] = []) =>
    table.put(sourceOf(), family, name, labels, 1, NOON_MS)
  assert.equal(put(familyOf('x', 'untyped'), 'x'), undefined)
  assert.equal(put(familyOf('x', 'counter', 'Help.'), 'x', ['a', '1']), undefined)
  assert.deepEqual(table.store.families.byName('x')!.spec, familyOf('x', 'counter', 'Help.'))
  assert.equal(put(familyOf('x', 'histogram'), 'x_count'), 'type_conflict')
  assert.equal(put(familyOf('h', 'histogram'), 'h_count'), undefined)
  assert.equal(put(familyOf('h_count', 'gauge'), 'h_count', ['a', '1']), 'type_conflict')
  assert.equal(put(familyOf('h', 'histogram'), 'h_other'), 'type_conflict')
  assert.equal(put(familyOf('h', 'histogram'), 'h'), 'type_conflict')
  assert.equal(table.refused.get('type_conflict'), 4)
  // Once its series are gone the name is free.
  table.removeSource(sourceOf())
  assert.equal(put(familyOf('h_count', 'gauge'), 'h_count'), undefined)
})

test('a series is of one source, until it has ended there', () => {
  const { table } = createTable()
  const [one, other] = [sourceOf({ instance: '1' }), sourceOf({ instance: '2' })]
  const put = (source: typeof one, value: number) =>
    table.put(source, familyOf('a'), 'a', ['b', 'c'], value, NOON_MS + value)
  assert.equal(put(one, 1), undefined)
  assert.equal(put(other, 2), 'duplicate')
  table.end(other, familyOf('a'), 'a', ['b', 'c'], NOON_MS + 3)
  assert.equal(seriesOf(table).size, 1)
  table.end(one, familyOf('a'), 'a', ['b', 'c'], NOON_MS + 3)
  assert.equal(seriesOf(table).size, 0)
  assert.equal(put(other, 4), undefined)
  assert.deepEqual([table.store.series, [...seriesOf(table).values()]], [1, [4]])
})

test('an end counts only behind the last sample', () => {
  const { table } = createTable()
  const source = sourceOf()
  table.put(source, familyOf('a'), 'a', [], 1, NOON_MS + 5)
  for (const second of [4, 5]) {
    table.end(source, familyOf('a'), 'a', [], NOON_MS + second)
    assert.equal(seriesOf(table).size, 1, String(second))
  }
  table.end(source, familyOf('a'), 'a', [], NOON_MS + 6)
  assert.equal(seriesOf(table).size, 0)
})

test('the last series of a metric that goes over to another source keeps its metric', () => {
  const { table } = createTable()
  const [one, other] = [sourceOf({ instance: '1' }), sourceOf({ instance: '2' })]
  const family = familyOf('a', 'counter', 'Help.')
  table.put(one, family, 'a', [], 1, NOON_MS + 1)
  table.end(one, family, 'a', [], NOON_MS + 2)
  assert.equal(table.put(other, family, 'a', [], 3, NOON_MS + 3), undefined)
  assert.deepEqual(
    table.store.families.sorted().map(({ spec, isGone, sections }) => [spec, isGone, sections.size]),
    [[family, false, 1]],
  )
  assert.equal(table.store.families.byName('a')?.isGone, false)
})

test('limits hold for all, for each node and for each tenant, and those that are there go on', () => {
  const { table } = createTable({ maxSeries: 5, maxSeriesPerNode: 3, maxSeriesPerTenant: 2 })
  const put = (node: string, namespace: string, pod: string) =>
    table.put(
      sourceOf({ node, job: node }),
      familyOf('a'),
      'a',
      ['job', node, 'namespace', namespace, 'pod', pod],
      1,
      NOON_MS,
    )
  assert.equal(put('n1', 'shop', '1'), undefined)
  assert.equal(put('n1', 'shop', '2'), undefined)
  assert.equal(put('n1', 'shop', '3'), 'tenant_limit')
  assert.equal(put('n1', 'web', '1'), undefined)
  assert.equal(put('n1', 'other', '1'), 'node_limit')
  assert.equal(put('n2', 'web', '1'), undefined)
  assert.equal(put('n2', '', '1'), undefined)
  assert.equal(put('n2', '', '2'), 'series_limit')
  assert.equal(put('n1', 'shop', '1'), undefined)
  table.removeSource(sourceOf({ node: 'n1', job: 'n1' }))
  assert.equal(put('n2', 'shop', '1'), undefined)
  const full = createTable({ maxBytes: 10_000 }).table
  let taken = 0
  while (full.put(sourceOf(), familyOf('a'), 'a', ['n', String(taken)], 1, NOON_MS) === undefined) taken += 1
  assert.ok(taken > 20 && taken < 100, String(taken))
  assert.equal(full.refused.get('bytes_limit'), 1)
  assert.ok(full.store.bytes < 11_000)
})

test('what does not come for two intervals of its source vanishes, and what is kept stays', () => {
  const { table, clock, expire } = createTable()
  const [quick, slow, kept] = [
    sourceOf({ job: 'quick' }),
    sourceOf({ job: 'slow' }),
    sourceOf({ job: 'kept', isKept: true }),
  ]
  const put = (source: typeof quick, name: string) =>
    table.put(source, familyOf(name), name, ['job', source.job], 1, table.nowMs)
  for (const second of [0, 15, 30, 45, 60]) {
    clock.ms = second * 1_000
    put(quick, 'a')
    if (second < 30) put(quick, 'b')
    if (second % 60 === 0) put(slow, 'c')
    if (second === 0) put(kept, 'd')
    expire()
  }
  // b came last at 15 s, with an interval of 15 s.
  assert.deepEqual([...seriesOf(table).keys()].sort(), ['a{job=quick}', 'c{job=slow}', 'd{job=kept}'])
  clock.ms = 93_000
  assert.equal(expire(), 1)
  assert.deepEqual([...seriesOf(table).keys()].sort(), ['c{job=slow}', 'd{job=kept}'])
  assert.equal(table.store.sources.size, 3)
  clock.ms = 1_000_000
  expire()
  assert.deepEqual([[...seriesOf(table).keys()], table.store.sources.size], [['d{job=kept}'], 1])
})

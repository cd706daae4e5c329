import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RateLimiter } from '../../../agent/filter/rate-limiter.ts'
import { type ContainerLimit, RateLimits } from '../../../agent/filter/rate-limits.ts'
import { Extent } from '../../../agent/ship/extent.ts'

const LIMIT: ContainerLimit = {
  ...{ id: '', recordsPerSecond: undefined, bytesPerSecond: undefined, burstMs: 2_000, policy: 'drop', oneIn: 10 },
}
const RUNS = { numRuns: Number(process.env.VEDETTE_FUZZ_RUNS ?? 150) }

test('never more passes than the burst and what the rates allow, nor so much less that time was wasted', () => {
  const steps = fc.array(fc.tuple(fc.nat(400), fc.nat(300)), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 10, max: 5_000 }), (all, records, bytes) => {
      const limiter = new RateLimiter({ ...LIMIT, recordsPerSecond: records, bytesPerSecond: bytes }, 0)
      const extent = new Extent()
      let nowMs = 0
      const passed = { records: 0, bytes: 0 }
      let isRefused = false
      for (const [waitMs, size] of all) {
        nowMs += waitMs
        limiter.refill(nowMs)
        const isPassed = limiter.admits(size, extent)
        if (!isPassed) assert.ok(limiter.isLimiting(nowMs))
        isRefused ||= !isPassed
        if (!isPassed) continue
        passed.records += 1
        passed.bytes += size
      }
      if (!isRefused) assert.ok(!limiter.isLimiting(nowMs))
      const seconds = nowMs / 1000 + 2
      assert.ok(passed.records <= records * seconds + 1e-6)
      // The last one may be larger than what was left.
      assert.ok(passed.bytes <= bytes * seconds + 300)
      if (isRefused) assert.ok(passed.records > 2 * records - 1 || passed.bytes >= 2 * bytes)
    }),
    RUNS,
  )
})

test('a turn takes whole lines, as many as the limit allows, and one at the least', () => {
  const lines = fc.array(
    fc.string({ maxLength: 20 }).map((text) => `${text.replaceAll('\n', ' ')}\n`),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(
      lines,
      fc.nat(10),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 80 }),
      (all, cut, records, bytes) => {
        const whole = Buffer.from(all.join(''))
        const length = Math.max(0, whole.length - cut)
        const take = (limit: Partial<ContainerLimit>) =>
          new RateLimiter({ ...LIMIT, policy: 'delay', burstMs: 1_000, ...limit }, 0).lengthToTake(whole, length)
        const starts = [0]
        for (const line of all) starts.push(starts.at(-1)! + Buffer.byteLength(line))
        const byRecords = Math.min(length, starts[Math.min(records, all.length)]!)
        const byBytes = Math.min(length, starts.find((start) => start >= bytes) ?? length)
        assert.equal(take({ recordsPerSecond: records }), byRecords)
        assert.equal(take({ bytesPerSecond: bytes }), byBytes)
        assert.equal(take({ recordsPerSecond: records, bytesPerSecond: bytes }), Math.min(byRecords, byBytes))
        assert.equal(take({ recordsPerSecond: records, policy: 'drop' }), length)
      },
    ),
    RUNS,
  )
})

test('a pause ends when it is worth while, and at the latest after a minute', () => {
  const pauseOf = (limit: Partial<ContainerLimit>, records: number) => {
    const limiter = new RateLimiter({ ...LIMIT, policy: 'delay', ...limit }, 0)
    for (let count = 0; count < records; count++) assert.ok(limiter.admits(100, new Extent()), 'nothing is dropped')
    for (let nowMs = 0; ; nowMs += 100) if (limiter.mayRead(nowMs)) return nowMs
  }
  assert.equal(pauseOf({ recordsPerSecond: 10 }, 10), 0)
  assert.equal(pauseOf({ recordsPerSecond: 10 }, 20), 500)
  assert.equal(pauseOf({ recordsPerSecond: 10 }, 40), 2_500)
  assert.equal(pauseOf({ recordsPerSecond: 0.5, burstMs: 0 }, 1), 2_000)
  assert.equal(pauseOf({ bytesPerSecond: 1_000 }, 20), 500)
  assert.equal(
    pauseOf({ recordsPerSecond: 10 }, 10_000),
    60_500,
    'what had to be read at once is not held against it for ever',
  )
})

test('the first override about a container counts, and before it the rate that its pod asks for', () => {
  const names = { namespace: '*', pod: '*', container: '*' }
  const limits = new RateLimits({
    ...{ records_per_second: 100, burst: 1_000, policy: 'delay', one_in: 10 },
    overrides: [
      { containers: [{ ...names, namespace: 'quiet' }] },
      { containers: [{ ...names, pod: 'web-*' }], bytes_per_second: 5, policy: 'drop', burst: 7 },
      { containers: [names], records_per_second: 3 },
    ],
  })
  const of = (namespace: string, pod: string, ...[wish]: Parameters<RateLimits['of']>[1][]) => {
    const limit = limits.of({ namespace, pod, uid: 'u', container: 'app' }, wish)
    return limit && [limit.recordsPerSecond, limit.bytesPerSecond, limit.policy, limit.burstMs]
  }
  assert.equal(of('quiet', 'web-0'), undefined)
  assert.deepEqual(of('shop', 'web-0'), [undefined, 5, 'drop', 7])
  assert.deepEqual(of('shop', 'api-0'), [3, undefined, 'delay', 1_000])
  assert.deepEqual(of('quiet', 'web-0', { unit: 'bytes', perSecond: 8, policy: undefined }), [
    undefined,
    8,
    'delay',
    1_000,
  ])
  assert.deepEqual(of('shop', 'web-0', { unit: 'records', perSecond: 8, policy: undefined }), [8, undefined, 'drop', 7])
  assert.deepEqual(of('shop', 'api-0', { unit: 'records', perSecond: 8, policy: 'sample' }), [
    8,
    undefined,
    'sample',
    1_000,
  ])
  assert.equal(
    new RateLimits({ burst: 1, policy: 'drop', one_in: 2, overrides: [] }).of(
      { namespace: '', pod: '', uid: '', container: '' },
      undefined,
    ),
    undefined,
  )
})

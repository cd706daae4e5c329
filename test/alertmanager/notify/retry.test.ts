import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure, type NotifyResult } from '../../../alertmanager/notify/receiver.ts'
import { retry, retryDelayMs } from '../../../alertmanager/notify/retry.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function start(results: readonly NotifyResult[]) {
  const clock = new ManualClock()
  const [deadline, draining] = [new AbortController(), new AbortController()]
  const attemptsAtMs: number[] = []
  const failures: string[] = []
  const attempt = async () => {
    attemptsAtMs.push(clock.monotonicMs())
    const result = results[attemptsAtMs.length - 1] ?? results.at(-1)!
    return result
  }
  const done = retry(attempt, {
    clock,
    random: () => 0.5,
    signal: deadline.signal,
    draining: draining.signal,
    onAttemptFailed: ({ message }, attempts) => failures.push(`${attempts} ${message}`),
  })
  return { clock, deadline, draining, attemptsAtMs, failures, done }
}

const down = failure('serverError', true, 'down')

test('attempts go on with growing delays until one succeeds', async () => {
  const { clock, attemptsAtMs, failures, done } = start([down, down, down, { ok: true }])
  await clock.advance(10_000)
  assert.deepEqual(await done, { ok: true })
  assert.deepEqual(attemptsAtMs, [0, 500, 1_250, 2_375])
  assert.deepEqual(failures, ['1 down', '2 down', '3 down'])
})

test('who asks for more time gets it, and who asks for less the usual', async () => {
  const busy = (retryAfterMs: number): NotifyResult => ({ ...failure('rateLimited', true, 'busy'), retryAfterMs })
  const { clock, attemptsAtMs, done } = start([busy(7_000), busy(1), { ok: true }])
  await clock.advance(20_000)
  assert.deepEqual(await done, { ok: true })
  assert.deepEqual(attemptsAtMs, [0, 7_000, 7_750])
})

test('who asks for more time than there is ends with the flush', async () => {
  const later: NotifyResult = { ...failure('rateLimited', true, 'busy'), retryAfterMs: 1e12 }
  const { clock, deadline, attemptsAtMs, done } = start([later])
  await clock.advance(300_000)
  deadline.abort('contextDeadlineExceeded')
  const result = await done
  assert.ok(!result.ok && result.reason === 'contextDeadlineExceeded')
  assert.equal(attemptsAtMs.length, 1)
})

test('a failure for good ends it', async () => {
  const refused = failure('clientError', false, 'no')
  const { clock, attemptsAtMs, done } = start([down, refused])
  await clock.advance(10_000)
  assert.equal(await done, refused)
  assert.equal(attemptsAtMs.length, 2)
})

test('when the time is up, the last failure is told with the reason', async () => {
  const { clock, deadline, done } = start([down])
  await clock.advance(10_000)
  deadline.abort('contextDeadlineExceeded')
  const result = await done
  assert.ok(!result.ok)
  assert.equal(result.reason, 'contextDeadlineExceeded')
  assert.match(result.message, /^gave up after \d+ attempts: down$/)
})

test('a router that stops lets the attempt end, and begins no other', async () => {
  const { draining, attemptsAtMs, done } = start([down])
  draining.abort()
  const result = await done
  assert.ok(!result.ok && result.reason === 'contextCanceled')
  assert.equal(attemptsAtMs.length, 1)
})

test('an integration that throws fails, and nothing else does', async () => {
  const clock = new ManualClock()
  const never = new AbortController().signal
  const result = await retry(() => Promise.reject(new Error('bug')), {
    ...{ clock, random: Math.random, signal: never, draining: never, onAttemptFailed: () => {} },
  })
  assert.deepEqual(result, failure('other', false, 'unexpected: bug'))
})

test('delays stay within half and one and a half of their size, and below ninety seconds', () => {
  assert.deepEqual([retryDelayMs(1, 0), retryDelayMs(1, 1)], [250, 750])
  assert.deepEqual([retryDelayMs(100, 0), retryDelayMs(100, 1)], [30_000, 90_000])
})

import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { RouterEvents } from '../events.ts'
import { failure, type Integration, type NotifyResult, type ReceiverData } from '../notify/receiver.ts'
import { type TestSubject, testNotification } from './test-notification.ts'

export interface TestDeps {
  readonly clock: Clock
  readonly events: RouterEvents
  /** Longest time for one notification. */
  readonly timeLimitMs: number
}

/** One notification of a test, and how it went. */
export interface TestAttempt {
  readonly result: NotifyResult
  readonly durationMs: number
}

/** What came of the test of one integration. */
export interface IntegrationTest {
  readonly integration: Integration
  readonly firing: TestAttempt
  /** Only where it was asked for, the integration tells of ends and could be told of the beginning. */
  readonly resolved: TestAttempt | undefined
}

/**
 * Tells each integration once, past the notification log, groups and retries; then, if wanted, that it is over. Nobody
 * waits longer than the time limit, whatever an integration does.
 */
export async function testIntegrations(
  integrations: readonly Integration[],
  subject: TestSubject,
  withEnd: boolean,
  deps: TestDeps,
): Promise<readonly IntegrationTest[]> {
  return await Promise.all(
    integrations.map(async (integration) => {
      const firing = await attempt(integration, subject, true, {}, deps)
      const goesOn = withEnd && firing.result.ok && integration.sendResolved
      const receiverData = (firing.result.ok && firing.result.receiverData) || {}
      const resolved = goesOn ? await attempt(integration, subject, false, receiverData, deps) : undefined
      return { integration, firing, resolved }
    }),
  )
}

async function attempt(
  integration: Integration,
  subject: TestSubject,
  firing: boolean,
  receiverData: ReceiverData,
  { clock, events, timeLimitMs }: TestDeps,
): Promise<TestAttempt> {
  const notification = testNotification(subject, { firing, endedMs: clock.nowMs(), receiverData })
  const startedMs = clock.monotonicMs()
  const limit = new AbortController()
  const tooLong = Promise.withResolvers<NotifyResult>()
  const cancel = clock.after(timeLimitMs, () => {
    limit.abort('contextDeadlineExceeded')
    const where = `${integration.kind}_configs[${integration.index}]`
    tooLong.resolve(failure('contextDeadlineExceeded', true, `${where}: no answer within ${timeLimitMs / 1_000} s`))
  })
  const told = integration
    .notify(notification, limit.signal)
    .catch((error: unknown) => failure('other', false, `unexpected: ${messageOf(error)}`))
  const result = await Promise.race([told, tooLong.promise])
  cancel()
  count(result, { integration: integration.kind }, { receiver: subject.receiver, index: integration.index }, events)
  return { result, durationMs: Math.round(clock.monotonicMs() - startedMs) }
}

function count(result: NotifyResult, kind: { integration: string }, where: object, events: RouterEvents): void {
  events.tested(kind, { ...where })
  if (!result.ok) events.testFailed({ ...kind, reason: result.reason }, { ...where, error: result.message })
}

import { randomBytes } from 'node:crypto'
import type { Clock } from '#lib/clock.ts'
import { suggest } from '#lib/config/diagnostic.ts'
import { isLabelName } from '../config/label-names.ts'
import { readReceiverDraft } from '../config/receiver-draft.ts'
import type { ReceiverConfig } from '../config/receivers/receivers.ts'
import type { RouterEvents } from '../events.ts'
import type { Json } from '../json.ts'
import type { Pipeline } from '../pipeline.ts'
import { Allowance } from '../trial/allowance.ts'
import { type IntegrationTest, type TestAttempt, testIntegrations } from '../trial/test-receiver.ts'
import type { Endpoint } from './api.ts'
import type { Decoded } from './body.ts'
import { decodeReceiverTest, type ReceiverTestRequest } from './receiver-test-body.ts'
import { json, refuse, tooLarge, tooMany } from './response.ts'

export interface ReceiverTestDeps {
  readonly pipeline: Pipeline
  readonly clock: Clock
  readonly events: RouterEvents
  /** Whether a receiver may be tested that stands in the request and not in the configuration. */
  readonly takesDrafts: boolean
}

const MAX_BODY_BYTES = 256 * 1024
const TIME_LIMIT_MS = 15_000
/** People are on the other side of most receivers. */
const MOST = { atOnce: 3, perMinute: 20 }

/**
 * `/receivers/test`: tells the integrations of a receiver something that says of itself that it is a test, and answers
 * how it went. Groups, silences and the notification log know nothing of it.
 */
export function receiverTestEndpoint({ pipeline, clock, events, takesDrafts }: ReceiverTestDeps): Endpoint {
  const allowance = new Allowance({ clock, ...MOST })
  return {
    path: '/receivers/test',
    methods: {
      async POST({ body }) {
        if (body.length > MAX_BODY_BYTES) return tooLarge(MAX_BODY_BYTES)
        const decoded = decodeReceiverTest(body)
        if (!decoded.ok) return decoded.response
        const { alert, resolved } = decoded.value
        const wrong = Object.keys({ ...alert?.labels, ...alert?.annotations }).find((name) => {
          return !isLabelName(name, pipeline.config.matcherMode)
        })
        if (wrong !== undefined) return refuse(400, `invalid label or annotation name ${JSON.stringify(wrong)}`)
        const found = findReceiver(decoded.value, pipeline, takesDrafts)
        if (!found.ok) return found.response
        const taken = await allowance.take(async () => {
          const { name, integrations } = await pipeline.buildReceiver(found.value)
          const id = `test-notification-${randomBytes(4).toString('hex')}`
          const subject = { receiver: name, id, startedMs: clock.nowMs(), alert }
          const deps = { clock, events, timeLimitMs: TIME_LIMIT_MS }
          return { id, tests: await testIntegrations(integrations, subject, resolved, deps) }
        })
        if ('retryAfterSeconds' in taken) return tooMany('tests of receivers', taken.retryAfterSeconds)
        const { id, tests } = taken.done
        return json({
          receiver: found.value.name,
          ok: tests.every(isOk),
          test: id,
          integrations: tests.map((test) => show(test, resolved)),
        })
      },
    },
  }
}

/** The receiver with those of its integrations that are to be tested. */
function findReceiver(
  { receiver, integration, index }: ReceiverTestRequest,
  { config }: Pipeline,
  takesDrafts: boolean,
): Decoded<ReceiverConfig> {
  const no = (status: number, message: string): Decoded<never> => ({ ok: false, response: refuse(status, message) })
  let found: ReceiverConfig | undefined
  if ('definition' in receiver) {
    if (!takesDrafts) {
      return no(403, 'only receivers of the configuration in force can be tested; receivers.test_drafts permits others')
    }
    const draft = readReceiverDraft(receiver.definition, config.global)
    if (!draft.ok) return no(400, draft.problem)
    found = draft.receiver
  } else {
    found = config.receivers.find(({ name }) => name === receiver.name)
    if (found === undefined) {
      const names = config.receivers.map(({ name }) => name)
      const meant = suggest(receiver.name, names)
      const hint = meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`
      return no(404, `there is no receiver ${JSON.stringify(receiver.name.slice(0, 200))}${hint}`)
    }
  }
  const wanted = found.integrations.filter((each) => {
    return (integration ?? each.kind) === each.kind && (index ?? each.index) === each.index
  })
  if (wanted.length > 0) return { ok: true, value: { ...found, integrations: wanted } }
  const all = found.integrations.map((each) => `${each.kind}_configs[${each.index}]`)
  return no(400, `nothing to test: the receiver has ${all.length === 0 ? 'no integrations' : `only ${all.join(', ')}`}`)
}

function isOk({ firing, resolved }: IntegrationTest): boolean {
  return firing.result.ok && (resolved === undefined || resolved.result.ok)
}

function show(test: IntegrationTest, asksForEnd: boolean): Json {
  const { integration, firing, resolved } = test
  const isLeftOut = asksForEnd && resolved === undefined
  const why = integration.sendResolved ? 'not sent: the first one failed' : 'not sent: send_resolved is false'
  return {
    name: `${integration.kind}_configs[${integration.index}]`,
    integration: integration.kind,
    index: integration.index,
    ...showAttempt(firing),
    resolved: resolved === undefined ? (isLeftOut ? { note: why } : undefined) : showAttempt(resolved),
  }
}

function showAttempt({ result, durationMs }: TestAttempt): { readonly [key: string]: Json | undefined } {
  if (result.ok) return { ok: true, durationMs, warning: result.warning }
  const { message, reason, retryable, retryAfterMs } = result
  return { ok: false, durationMs, error: message, reason, retryable, retryAfterMs }
}

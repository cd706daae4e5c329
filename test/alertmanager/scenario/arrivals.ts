import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'

type Texts = Readonly<Record<string, string>>

/** What is looked at of the body of a webhook. */
export interface WebhookBody {
  readonly receiver: string
  readonly status: string
  readonly notification_reason: string
  readonly groupKey: string
  readonly groupLabels: Texts
  readonly commonLabels: Texts
  readonly commonAnnotations: Texts
  readonly routeLabels: Texts
  readonly externalURL: string
  readonly version: string
  readonly truncatedAlerts: number
  readonly alerts: readonly AlertBody[]
}

interface AlertBody {
  readonly status: string
  readonly labels: Texts
  readonly annotations: Texts
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL: string
  readonly fingerprint: string
}

/** A request as it came to a receiver, and what that answered. */
export interface Arrival {
  readonly atMs: number
  /** Where it came to, such as `hook.test`. */
  readonly host: string
  readonly status: number
  readonly body: WebhookBody
}

/** What a notification must be. Alerts go by their `alertname` and `n`, in the order in which they are told. */
export interface Expected {
  readonly firing?: readonly string[]
  readonly resolved?: readonly string[]
  readonly reason?: string
  /** Which integration it comes through, where a receiver has several. */
  readonly host?: string
  /** Fields of the body; of the alerts, one after the other, some fields each. */
  readonly body?: Partial<Omit<WebhookBody, 'alerts'>> & { readonly alerts?: readonly Partial<AlertBody>[] }
}

interface Expectation {
  readonly fromMs: number
  readonly toMs: number
  readonly describe: string
  readonly matches: (arrival: Arrival) => boolean
}

/** Compares what came to receivers with what was to come. */
export class Arrivals {
  readonly #arrivals: Arrival[] = []
  readonly #expected: Expectation[] = []
  #refusalsCount = false

  add(arrival: Arrival): void {
    this.#arrivals.push(arrival)
  }

  expect(fromMs: number, toMs: number, receiver: string, what: Expected): void {
    const describe = `${receiver} ${JSON.stringify(what)}`
    this.#expected.push({ fromMs, toMs, describe, matches: (arrival) => isAsExpected(arrival, receiver, what) })
  }

  /** From the first one that is expected on, every answer but 2xx must be. */
  expectRefusal(fromMs: number, toMs: number, host: string, status: number): void {
    this.#refusalsCount = true
    const matches = (arrival: Arrival) => arrival.host === host && arrival.status === status
    this.#expected.push({ fromMs, toMs, describe: `${host} answers ${status}`, matches })
  }

  /** Fails for what came and was not expected, and for what was expected and did not come. */
  verify(): void {
    const open = [...this.#expected].sort((a, b) => a.fromMs - b.fromMs)
    const unexpected: Arrival[] = []
    for (const arrival of this.#arrivals) {
      if (!isAccepted(arrival) && !this.#refusalsCount) continue
      const index = open.findIndex(({ fromMs, toMs, matches }) => {
        return arrival.atMs >= fromMs && arrival.atMs <= toMs && matches(arrival)
      })
      if (index === -1) unexpected.push(arrival)
      else open.splice(index, 1)
    }
    const missing = open.map(({ fromMs, toMs, describe }) => {
      return `${seconds(fromMs)}${toMs === fromMs ? '' : `-${seconds(toMs)}`} ${describe}`
    })
    assert.deepEqual({ unexpected: unexpected.map(summaryOf), missing }, { unexpected: [], missing: [] })
  }
}

export function isAccepted({ status }: Pick<Arrival, 'status'>): boolean {
  return status >= 200 && status < 300
}

function isAsExpected(arrival: Arrival, receiver: string, { firing, resolved, reason, host, body }: Expected): boolean {
  const { alerts, ...fields } = body ?? {}
  return (
    isAccepted(arrival) &&
    arrival.body.receiver === receiver &&
    (host === undefined || host === arrival.host) &&
    isDeepStrictEqual(namesOf(arrival, 'firing'), firing ?? []) &&
    isDeepStrictEqual(namesOf(arrival, 'resolved'), resolved ?? []) &&
    (reason === undefined || reason === arrival.body.notification_reason) &&
    hasFields(arrival.body, fields) &&
    (alerts ?? []).every((wanted, index) => hasFields(arrival.body.alerts[index], wanted))
  )
}

function hasFields(actual: object | undefined, wanted: object): boolean {
  const fields = new Map(Object.entries(actual ?? {}))
  return Object.entries(wanted).every(([name, value]) => isDeepStrictEqual(fields.get(name), value))
}

function namesOf({ body }: Arrival, status: string): readonly string[] {
  const named = body.alerts.filter((alert) => alert.status === status)
  return named.map(({ labels }) => `${labels.alertname ?? ''}${labels.n ?? ''}`)
}

function summaryOf(arrival: Arrival): string {
  const { atMs, host, status, body } = arrival
  const alerts = JSON.stringify({ firing: namesOf(arrival, 'firing'), resolved: namesOf(arrival, 'resolved') })
  return `${seconds(atMs)} ${body.receiver} ${alerts} via ${host}, answered ${status}: ${JSON.stringify(body)}`
}

function seconds(timeMs: number): string {
  return `${timeMs / 1_000}s`
}

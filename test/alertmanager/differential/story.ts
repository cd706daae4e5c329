import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '../support/capture-server.ts'
import { fullName } from './configuration.ts'
import type { Inbox } from './inbox.ts'
import type { Instance } from './instance.ts'
import { Moments } from './moments.ts'
import { type Answered, summarize, type Told, type Transcript } from './transcript.ts'

type Labels = Readonly<Record<string, string>>

/** An alert as it is sent. Times are milliseconds from now; without, the router chooses. */
export interface Sent {
  readonly labels: Labels
  readonly annotations?: Labels
  readonly generatorURL?: string
  readonly starts?: number
  readonly ends?: number
}

export interface SentSilence {
  readonly matchers: readonly SilenceMatcher[]
  /** Milliseconds from now. Without, zero is sent. */
  readonly starts?: number
  readonly ends?: number
  readonly comment?: string
  /** The number of a silence that was made before, in this story. */
  readonly updates?: number
}

export interface SilenceMatcher {
  readonly name: string
  readonly value: string
  readonly isRegex?: boolean
  readonly isEqual?: boolean
}

export interface StoryOptions {
  readonly scenario: string
  readonly instance: Instance
  /** Resolves when all stories of these processes have come here and what happens to them has happened. */
  readonly disturbed: () => Promise<void>
  readonly limit: number
}

const HOUR_MS = 3_600_000
/** A side that says nothing for so long will not say it. */
const PATIENCE_MS = 15_000
/** In which whatever is too much comes: group_wait or two intervals, and then some. */
const QUIET_MS = 2_500
const ZERO = '0001-01-01T00:00:00.000Z'

/** One side's run of a scenario. Every alert, matcher and query gets the label of the scenario. */
export class Story {
  readonly #options: StoryOptions
  readonly #inbox: Inbox
  readonly #moments = new Moments()
  readonly #answers: Answered[] = []
  readonly #startsAt = new Map<string, string>()
  readonly #silences: string[] = []
  #requests = 0
  #failure: string | undefined

  constructor(options: StoryOptions) {
    this.#options = options
    this.#inbox = options.instance.inbox(options.scenario)
  }

  /** Sends alerts in one request. */
  async post(...alerts: readonly Sent[]): Promise<void> {
    const name = `post ${++this.#requests}`
    const nowMs = Date.now()
    const timeOf = (offsetMs: number) => this.#moments.give(`${offsetMs} ms from ${name}`, nowMs + offsetMs)
    const body = alerts.map(({ labels, starts, ends, ...rest }) => ({
      labels: this.#own(labels),
      ...rest,
      ...(starts === undefined ? {} : { startsAt: timeOf(starts) }),
      ...(ends === undefined ? {} : { endsAt: timeOf(ends) }),
    }))
    await this.#postAlerts(name, body)
  }

  /** Sends alerts as Prometheus does: with the start that they had before, if they fired, and an end in the future. */
  async fire(...labels: readonly Labels[]): Promise<void> {
    await this.change({ fire: labels, resolve: [] })
  }

  /** Sends alerts that end now. */
  async resolve(...labels: readonly Labels[]): Promise<void> {
    await this.change({ fire: [], resolve: labels })
  }

  /** Both, in one request. */
  async change({ fire, resolve }: Record<'fire' | 'resolve', readonly Labels[]>): Promise<void> {
    const name = `${fire.length > 0 ? 'fire' : 'resolve'} ${++this.#requests}`
    const nowMs = Date.now()
    const now = this.#moments.give(`at ${name}`, nowMs)
    const later = this.#moments.give(`an hour from ${name}`, nowMs + HOUR_MS)
    const firing = fire.map((set) => {
      const startsAt = this.#startsAt.get(JSON.stringify(set)) ?? now
      this.#startsAt.set(JSON.stringify(set), startsAt)
      return { labels: this.#own(set), startsAt, endsAt: later }
    })
    const resolved = resolve.map((set) => {
      const startsAt = this.#startsAt.get(JSON.stringify(set)) ?? ZERO
      this.#startsAt.delete(JSON.stringify(set))
      return { labels: this.#own(set), startsAt, endsAt: now }
    })
    await this.#postAlerts(name, [...firing, ...resolved])
  }

  /** Resolves when so many notifications have come since the beginning, to whomever of the scenario. */
  async told(count: number): Promise<void> {
    const isLate = this.#options.instance.pulse.wait(PATIENCE_MS)
    if (!(await this.#inbox.holds(count, isLate)))
      throw new Error(`${this.#inbox.arrivals.length} of ${count} notifications came`)
  }

  /** Lets whatever is still to come be told. */
  async quiet(ms = QUIET_MS): Promise<void> {
    await this.#options.instance.pulse.wait(ms)
  }

  /** Lets many groups be told, for as long as it takes. */
  async settled(): Promise<void> {
    let before: number
    do {
      before = this.#inbox.arrivals.length
      await this.quiet()
    } while (this.#inbox.arrivals.length > before)
  }

  /** The next answers of a receiver, to one of its integrations. */
  answer(receiver: string, index: number, ...answers: readonly Answer[]): void {
    this.#inbox.answer(`${receiver}/${index}`, answers)
  }

  /** Its next answer to each group. */
  answerGroups(receiver: string, index: number, answer: Answer): void {
    this.#inbox.answerGroups(`${receiver}/${index}`, answer)
  }

  /** Notes which alerts there are: of the scenario, and as the query says. */
  async alerts(query = ''): Promise<void> {
    await this.#get('/api/v2/alerts', query)
  }

  /** Notes only their labels: where what else is said of them depends on which of several is found first. */
  async names(query = ''): Promise<void> {
    await this.#get('/api/v2/alerts', query, (alerts) => (alerts as { labels: Labels }[]).map(({ labels }) => labels))
  }

  async groups(query = ''): Promise<void> {
    await this.#get('/api/v2/alerts/groups', query)
  }

  async silences(query = ''): Promise<void> {
    await this.#get('/api/v2/silences', query)
  }

  /** Makes or changes a silence, and notes under which number, counted from 0. */
  async silence({ matchers, starts, ends = HOUR_MS, comment = 'why', updates }: SentSilence): Promise<void> {
    const name = `silence ${++this.#requests}`
    const nowMs = Date.now()
    const timeOf = (offsetMs: number) => this.#moments.give(`${offsetMs} ms from ${name}`, nowMs + offsetMs)
    const body = {
      ...(updates === undefined ? {} : { id: this.#silences[updates] }),
      matchers: [...matchers, { name: 'scenario', value: this.#options.scenario }].map((one) => {
        return { isRegex: false, isEqual: true, ...one }
      }),
      startsAt: starts === undefined ? ZERO : timeOf(starts),
      endsAt: timeOf(ends),
      ...{ createdBy: 'me', comment },
    }
    const response = await this.#during(name, () => this.#client.post('/api/v2/silences', body))
    const text = await response.text()
    if (response.status !== 200) return this.#note(name, { status: response.status, text })
    const { silenceID } = JSON.parse(text) as { silenceID: string }
    if (!this.#silences.includes(silenceID)) this.#silences.push(silenceID)
    this.#note(name, this.#plain({ silenceID }))
  }

  async expire(number: number): Promise<void> {
    const name = `expire ${++this.#requests}`
    const url = `${this.#client.url}/api/v2/silence/${this.#silences[number]}`
    const response = await this.#during(name, () => fetch(url, { method: 'DELETE' }))
    this.#note(name, { status: response.status, text: await response.text() })
  }

  /** Notes one silence. */
  async silenceAt(number: number): Promise<void> {
    await this.#get(`/api/v2/silence/${this.#silences[number]}`)
  }

  /** What happens to the processes of the scenario happens here. */
  async disturbed(): Promise<void> {
    await this.#options.disturbed()
  }

  /** Notes a failure of the story itself. */
  fail(error: unknown): void {
    this.#failure = String(error)
  }

  transcript(): Transcript {
    const told = new Map<string, Told[]>()
    for (const { integration, body, status } of this.#inbox.arrivals.slice(0, this.#options.limit)) {
      const { groupKey, alerts } = body as { groupKey: string; alerts: Parameters<typeof summarize>[0] }
      const key = `${integration} ${groupKey.replace(`{}/{scenario="${this.#options.scenario}"}`, '')}`
      told.set(key, [...(told.get(key) ?? []), { summary: summarize(alerts, status), body: this.#plain(body) }])
    }
    return { told, answers: this.#answers, failure: this.#failure }
  }

  get #client() {
    return this.#options.instance.client
  }

  #own(labels: Labels): Labels {
    return { ...labels, scenario: this.#options.scenario }
  }

  async #postAlerts(name: string, body: unknown): Promise<void> {
    const response = await this.#during(name, () => this.#client.post('/api/v2/alerts', body))
    this.#note(name, { status: response.status, text: await response.text() })
  }

  /** What the story calls now, before and after, is never when the router takes the time. */
  async #during(name: string, request: () => Promise<Response>): Promise<Response> {
    await sleep(3)
    const response = await this.#moments.during(name, request)
    await sleep(3)
    return response
  }

  async #get(path: string, query?: string, choose = (all: unknown) => all): Promise<void> {
    const { scenario } = this.#options
    const full = query === undefined ? '' : `?${new URLSearchParams({ filter: `scenario="${scenario}"` })}&${query}`
    const response = await this.#client.get(
      path + full.replaceAll('RECEIVER', encodeURIComponent(fullName(scenario, ''))),
    )
    const text = await response.text()
    const asked = this.#silences.reduce(
      (shown, id, number) => shown.replace(id, `<${number}>`),
      `${path}?${query ?? ''}`,
    )
    this.#note(`${++this.#requests} GET ${asked}`, response.ok ? this.#plain(choose(JSON.parse(text))) : text)
  }

  #note(asked: string, answer: unknown): void {
    this.#answers.push({ asked, answer })
  }

  /** The value in words that are the same for both sides. */
  #plain(value: unknown): unknown {
    if (Array.isArray(value)) {
      const items = value.map((item) => this.#plain(item))
      // They are in the order of their ids, which are random.
      return items.every((item) => String(item).startsWith('silence <')) ? items.sort() : items
    }
    if (typeof value === 'string') return this.#plainText(value)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.#plain(item)]))
  }

  #plainText(text: string): string {
    const silence = this.#silences.indexOf(text)
    if (silence !== -1) return `silence <${silence}>`
    return this.#moments.nameOf(text) ?? text.replace(/^http:\/\/[^/]+:\d+$/, 'the external URL')
  }
}

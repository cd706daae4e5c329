import { isZero, parseMoment } from '../../../alertmanager/moment.ts'

interface Span {
  readonly name: string
  readonly fromMs: number
  readonly toMs: number
}

/** How long alerts fire that are sent without an end, in the configuration of every scenario. */
export const RESOLVE_TIMEOUT_MS = 60_000

/**
 * The moments of one run of a story, by name: two sides that go through it at their own pace then say the same of
 * them. A name is one that the story gave, or says with which request a router took the time by itself.
 */
export class Moments {
  readonly #given = new Map<number, string>()
  readonly #spans: Span[] = []

  /** Takes this moment, or one a few milliseconds later that has no other name yet. */
  give(name: string, epochMs: number): string {
    let ms = epochMs
    while ((this.#given.get(ms) ?? name) !== name) ms++
    this.#given.set(ms, name)
    return new Date(ms).toISOString()
  }

  /** Remembers how long a request took. */
  async during<Answer>(name: string, request: () => Promise<Answer>): Promise<Answer> {
    const fromMs = Date.now()
    try {
      return await request()
    } finally {
      this.#spans.push({ name, fromMs, toMs: Date.now() })
    }
  }

  /** The name of the moment that this text is; undefined if it is none. */
  nameOf(text: string): string | undefined {
    if (!/^\d{4}-\d\d-\d\dT/.test(text)) return undefined
    const moment = parseMoment(text)
    if (moment === undefined) return undefined
    if (isZero(moment)) return 'zero'
    const given = this.#given.get(moment.ms)
    if (given !== undefined) return given
    const taken = this.#spanAt(moment.ms)
    if (taken !== undefined) return `when ${taken}`
    const timeout = this.#spanAt(moment.ms - RESOLVE_TIMEOUT_MS)
    return timeout === undefined ? 'some other time' : `resolve_timeout after ${timeout}`
  }

  #spanAt(ms: number): string | undefined {
    return this.#spans.findLast(({ fromMs, toMs }) => fromMs <= ms && ms <= toMs)?.name
  }
}

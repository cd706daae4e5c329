import { quoteJson } from '#lib/quote-json.ts'
import type { Alert } from '../alert.ts'
import { formatMilli, type Moment, momentOf } from '../moment.ts'
import type { MuteStatus } from '../mute/mute.ts'

/** More moments than a batch of senders have in common. */
const MAX_REMEMBERED = 1_000

/** Writes alerts as the API shows them. One for each request: of its alerts many have the same times and receivers. */
export class AlertWriter {
  readonly #times = new Map<number, string>()
  /** By the very list: alerts of the same groups share it. */
  readonly #receivers = new Map<readonly string[], string>()
  readonly #urls = new Map<string, string>()

  /** The JSON of an alert. Thousands of them are one answer, so it is put together by hand. */
  write(alert: Alert, receivers: readonly string[], { silencedBy, inhibitedBy, mutedBy }: MuteStatus): string {
    const { annotations, labels, startsAt, endsAt, updatedAtMs, generatorUrl } = alert
    const state = silencedBy.length + inhibitedBy.length + mutedBy.length === 0 ? 'active' : 'suppressed'
    return (
      `{"annotations":${annotations.json},"endsAt":${this.#time(endsAt)},"fingerprint":"${labels.fingerprint}",` +
      `"receivers":${this.#namesOf(receivers)},"startsAt":${this.#time(startsAt)},` +
      `"status":{"inhibitedBy":${listOf(inhibitedBy)},"mutedBy":${listOf(mutedBy)},` +
      `"silencedBy":${listOf(silencedBy)},"state":"${state}"},` +
      `"updatedAt":${this.#time(momentOf(updatedAtMs))},${this.#url(generatorUrl)}"labels":${labels.json}}`
    )
  }

  #time(moment: Moment): string {
    // The zone is part of what is written.
    const key = moment.ms * 4_096 + moment.offsetMinutes
    return remembered(this.#times, key, () => `"${formatMilli(moment)}"`)
  }

  #url(url: string): string {
    return url === '' ? '' : remembered(this.#urls, url, () => `"generatorURL":${quoteJson(url)},`)
  }

  #namesOf(receivers: readonly string[]): string {
    return remembered(this.#receivers, receivers, () => `[${receivers.map(receiver).join(',')}]`)
  }
}

function remembered<K>(texts: Map<K, string>, key: K, write: () => string): string {
  const known = texts.get(key)
  if (known !== undefined) return known
  const written = write()
  if (texts.size < MAX_REMEMBERED) texts.set(key, written)
  return written
}

function receiver(name: string): string {
  return `{"name":${quoteJson(name)}}`
}

function listOf(ids: readonly string[]): string {
  return ids.length === 0 ? '[]' : `[${ids.map(quoteJson).join(',')}]`
}

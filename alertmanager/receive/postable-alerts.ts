import { LabelSet } from '#lib/labels.ts'
import type { Moment } from '../moment.ts'
import { MAX_ALERTS } from './alert-limits.ts'
import { BodyReader, type Decoded, decodeBody, quoteShort } from './body.ts'
import type { GoType } from './go-json.ts'

/** An alert as it comes in; what was left out is undefined. */
export interface PostableAlert {
  /** Without those that are empty. */
  readonly labels: LabelSet
  readonly annotations: LabelSet
  readonly startsAt: Moment | undefined
  readonly endsAt: Moment | undefined
  readonly generatorUrl: string
}

const reader = new BodyReader('alerts')
const ALERTS: GoType = {
  list: { struct: { annotations: 'map', endsAt: 'value', generatorURL: 'value', labels: 'map', startsAt: 'value' } },
}

/** Reads the body of POST /alerts; refuses it in the words of upstream's generated server. */
export function decodePostableAlerts(body: Buffer): Decoded<readonly PostableAlert[]> {
  return decodeBody(() => {
    const value = reader.parse(body, ALERTS)
    if (value === null) return []
    const alerts = reader.objects(value, '', 'an array of alerts')
    checkCount(alerts)
    return alerts.map((alert, index) => readAlert(alert, index))
  })
}

/** Refuses a request that has too many. */
export function checkedCount(alerts: readonly PostableAlert[]): Decoded<readonly PostableAlert[]> {
  return decodeBody(() => {
    checkCount(alerts)
    return alerts
  })
}

function checkCount({ length }: { readonly length: number }): void {
  if (length > MAX_ALERTS) throw reader.tooLarge(`more than ${MAX_ALERTS} alerts in one request`)
}

function readAlert(alert: Readonly<Record<string, unknown>>, index: number): PostableAlert {
  const annotations = reader.texts(alert.annotations, `${index}.annotations`)
  const endsAt = reader.time(alert.endsAt, `${index}.endsAt`)
  const startsAt = reader.time(alert.startsAt, `${index}.startsAt`)
  const generatorUrl = alert.generatorURL ?? ''
  if (typeof generatorUrl !== 'string') throw reader.wrongType(generatorUrl, `${index}.generatorURL`)
  if (generatorUrl !== '' && !isRequestUri(generatorUrl)) {
    throw reader.against(601, `${index}.generatorURL in body must be of type uri: ${quoteShort(generatorUrl)}`)
  }
  const labels = reader.texts(alert.labels, `${index}.labels`)
  if (labels === undefined) throw reader.missing(`${index}.labels`)
  return {
    labels: LabelSet.from(labels).filter((_name, value) => value !== ''),
    annotations: LabelSet.from(annotations ?? {}),
    startsAt,
    endsAt,
    generatorUrl,
  }
}

/** What Go's `url.ParseRequestURI` takes: an absolute URI or an absolute path. */
export function isRequestUri(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  if (/[\x00-\x1f\x7f]/.test(text)) return false
  return /^(?:\/|[a-zA-Z][a-zA-Z0-9+.-]*:)/.test(text) && !/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#]*[\s<>"]/.test(text)
}

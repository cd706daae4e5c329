import { messageOf } from '#lib/errors.ts'
import { type Moment, parseMoment } from '../moment.ts'
import { type ApiResponse, malformed } from './response.ts'

/** An alert as it comes in; what was left out is undefined. */
export interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: Moment | undefined
  readonly endsAt: Moment | undefined
  readonly generatorUrl: string
}

export type DecodeResult =
  | { readonly ok: true; readonly alerts: readonly PostableAlert[] }
  | { readonly ok: false; readonly response: ApiResponse }

/** What is wrong with a body, thrown and caught in this file only. */
class Malformed extends Error {
  readonly response: ApiResponse

  constructor(code: number, message: string) {
    super(message)
    this.response = malformed(code, message)
  }
}

/** Reads the body of POST /alerts; refuses it in the words of upstream's generated server. */
export function decodePostableAlerts(body: Buffer): DecodeResult {
  try {
    return { ok: true, alerts: readAlerts(body) }
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, response: error.response }
    throw error
  }
}

function readAlerts(body: Buffer): PostableAlert[] {
  if (body.length === 0) throw new Malformed(602, 'alerts in body is required')
  const value = parseJson(body)
  if (value === null) return []
  if (!Array.isArray(value)) throw unparsable(`cannot unmarshal ${typeName(value)} into an array of alerts`)
  const alerts = value.map((item: unknown, index) => (item === null ? {} : asObject(item, `${index}`)))
  return alerts.map((alert, index) => readAlert(alert, index))
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch (error) {
    throw unparsable(messageOf(error))
  }
}

function readAlert(alert: Readonly<Record<string, unknown>>, index: number): PostableAlert {
  const annotations = readTexts(alert.annotations, `${index}.annotations`)
  const endsAt = readTime(alert.endsAt, `${index}.endsAt`)
  const startsAt = readTime(alert.startsAt, `${index}.startsAt`)
  const generatorUrl = alert.generatorURL ?? ''
  if (typeof generatorUrl !== 'string') throw wrongType(generatorUrl, `${index}.generatorURL`)
  if (generatorUrl !== '' && !isRequestUri(generatorUrl)) {
    throw new Malformed(601, `${index}.generatorURL in body must be of type uri: ${quote(generatorUrl)}`)
  }
  const labels = readTexts(alert.labels, `${index}.labels`)
  if (labels === undefined) throw new Malformed(602, `${index}.labels in body is required`)
  return { labels, annotations: annotations ?? {}, startsAt, endsAt, generatorUrl }
}

/** A mapping of texts; Go reads null as an empty text. */
function readTexts(value: unknown, where: string): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined
  const entries = Object.entries(asObject(value, where)).map(([name, item]): [string, string] => {
    if (typeof item !== 'string' && item !== null) throw wrongType(item, `${where}.${shorten(name)}`)
    return [name.toWellFormed(), item?.toWellFormed() ?? '']
  })
  return Object.fromEntries(entries)
}

function readTime(value: unknown, where: string): Moment | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw wrongType(value, where)
  const moment = parseMoment(value)
  if (moment === undefined) throw unparsable(`parsing time ${quote(value)}: ${where} is not an RFC 3339 time`)
  return moment
}

function asObject(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(value, where)
  return value as Readonly<Record<string, unknown>>
}

function wrongType(value: unknown, where: string): Malformed {
  return unparsable(`cannot unmarshal ${typeName(value)} into ${where}`)
}

function unparsable(why: string): Malformed {
  return new Malformed(400, `parsing alerts body from "" failed, because ${why}`)
}

/** What a peer sent comes back to it, but not all of what may be megabytes. */
function quote(text: string): string {
  return JSON.stringify(shorten(text))
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return value === null ? 'null' : typeof value
}

/** What Go's `url.ParseRequestURI` takes: an absolute URI or an absolute path. */
function isRequestUri(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  if (/[\x00-\x1f\x7f]/.test(text)) return false
  return /^(?:\/|[a-zA-Z][a-zA-Z0-9+.-]*:)/.test(text) && !/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#]*[\s<>"]/.test(text)
}

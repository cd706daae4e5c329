import { formatDuration } from '#lib/duration.ts'
import type { FlagReading } from '#lib/process/kingpin.ts'
import { parseGoDuration } from '../config/go-duration.ts'
import { parseFeatures } from './features.ts'

const taken = (value: unknown): FlagReading => ({ ok: true, value })
const refused = (problem: string): FlagReading => ({ ok: false, problem })

/** Any text, as it is. */
export const anyText = taken

/** A Go duration that may be zero; a negative one counts as zero, which switches off what it bounds. */
export function goDuration(text: string): FlagReading {
  const durationMs = parseGoDuration(text.replace(/^-/, ''))
  if (durationMs === undefined) return refused(durationProblem(text))
  return taken(formatDuration(text.startsWith('-') ? 0 : durationMs))
}

/** A Go duration that something happens at intervals of. */
export function positiveGoDuration(text: string): FlagReading {
  const durationMs = parseGoDuration(text.replace(/^-/, ''))
  if (durationMs === undefined) return refused(durationProblem(text))
  if (text.startsWith('-') || Math.round(durationMs) === 0) return refused(`duration must be above zero, not ${text}`)
  return taken(formatDuration(durationMs))
}

/** As Go's parser words it. */
function durationProblem(text: string): string {
  const quoted = JSON.stringify(text)
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(text)) return `time: missing unit in duration ${quoted}`
  const units = text.match(/[^\d.+-]+/g) ?? []
  const unknown = units.find((unit) => parseGoDuration(`1${unit}`) === undefined)
  const isNumberFirst = /^[-+]?[\d.]*\d/.test(text)
  return unknown !== undefined && isNumberFirst
    ? `time: unknown unit ${JSON.stringify(unknown)} in duration ${quoted}`
    : `time: invalid duration ${quoted}`
}

/** A whole number; nothing and less is nothing, which switches off the limit that it is. */
export function limit(text: string): FlagReading {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  if (!Number.isFinite(number)) return refused(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`)
  return taken(Math.min(Math.max(0, Math.trunc(number)), Number.MAX_SAFE_INTEGER))
}

export function ratio(text: string): FlagReading {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  if (!Number.isFinite(number)) return refused(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`)
  return number > 0 && number <= 1 ? taken(number) : refused(`the ratio must be above 0 and at most 1, not ${text}`)
}

/** One of some words; `what` names them in the refusal. */
export function oneOf(words: readonly string[], what: string): (text: string) => FlagReading {
  return (text) => (words.includes(text) ? taken(text) : refused(`unrecognized ${what} ${JSON.stringify(text)}`))
}

/** The whole comma list, checked; it is read again from the configuration. */
export function featureList(text: string): FlagReading {
  const result = parseFeatures(text)
  return result.ok ? taken(result.features) : refused(result.problem)
}

export function listenAddressText(text: string): FlagReading {
  if (!text.startsWith('vsock://')) return taken(text)
  return refused(`${text}: Node.js has no vsock sockets, so the router cannot listen there; give host:port`)
}

export function httpUrl(text: string): FlagReading {
  if (text === '') return taken(text)
  const url = URL.parse(text)
  if (url === null) return refused(`failed to determine external URL: parse ${JSON.stringify(text)}: not a URL`)
  const scheme = url.protocol.slice(0, -1)
  if (scheme !== 'http' && scheme !== 'https') {
    const why = `invalid ${JSON.stringify(scheme)} scheme, only 'http' and 'https' are supported`
    return refused(`failed to determine external URL: ${JSON.stringify(text)}: ${why}`)
  }
  return taken(text)
}

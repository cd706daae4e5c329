/** A point in time to the nanosecond, with the zone in which its sender wrote it: receivers see both again. */
export interface Moment {
  /** Epoch milliseconds, rounded down. */
  readonly ms: number
  /** Nanoseconds above `ms`, below a million. */
  readonly ns: number
  /** Minutes east of UTC. */
  readonly offsetMinutes: number
}

/** Go's zero time. In requests it means that no time was given; in notifications, that the alert has not ended. */
export const ZERO_TIME = '0001-01-01T00:00:00Z'
const ZERO_MS = Date.parse(ZERO_TIME)

export function momentOf(epochMs: number): Moment {
  return { ms: epochMs, ns: 0, offsetMinutes: 0 }
}

export function isZero(moment: Moment): boolean {
  return moment.ms === ZERO_MS && moment.ns === 0
}

export function compareMoments(a: Moment, b: Moment): number {
  return a.ms - b.ms || a.ns - b.ns
}

const FORM = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,18}))?)?([Zz]|[+-]\d\d:?\d\d)?)?$/

/**
 * Reads what Alertmanager's API takes: RFC 3339 with any fraction, without a zone (then UTC), without seconds, with a
 * space for the T, or a date alone. An empty text is the epoch.
 *
 * @returns undefined for anything else, and for dates that the calendar lacks
 */
export function parseMoment(text: string): Moment | undefined {
  if (text === '') return momentOf(0)
  const match = FORM.exec(text)
  if (match === null) return undefined
  const [, date, minutes = '00:00', seconds = '00', fraction = '', zone = 'Z'] = match
  const wall = `${date}T${minutes}:${seconds}`
  const wallMs = Date.parse(`${wall}Z`)
  // Date.parse takes February 30 for March 2.
  if (Number.isNaN(wallMs) || !new Date(wallMs).toISOString().startsWith(wall)) return undefined
  const offsetMinutes = parseZone(zone)
  const digits = fraction.padEnd(9, '0')
  return {
    ms: wallMs - offsetMinutes * 60_000 + Number(digits.slice(0, 3)),
    ns: Number(digits.slice(3, 9)),
    offsetMinutes,
  }
}

function parseZone(zone: string): number {
  if (/^z$/i.test(zone)) return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return zone.startsWith('-') ? -minutes : minutes
}

/** RFC 3339 with exactly three digits, as the API writes times. */
export function formatMilli(moment: Moment): string {
  return formatWith(moment, (isoFraction) => `.${isoFraction}`)
}

/** RFC 3339 with as many digits as needed, as notifications carry times. */
export function formatNano(moment: Moment): string {
  return formatWith(moment, (isoFraction) => {
    const digits = `${isoFraction}${String(moment.ns).padStart(6, '0')}`.replace(/0+$/, '')
    return digits === '' ? '' : `.${digits}`
  })
}

function formatWith({ ms, offsetMinutes }: Moment, fraction: (isoFraction: string) => string): string {
  const iso = new Date(ms + offsetMinutes * 60_000).toISOString()
  return `${iso.slice(0, -5)}${fraction(iso.slice(-4, -1))}${formatZone(offsetMinutes)}`
}

function formatZone(offsetMinutes: number): string {
  if (offsetMinutes === 0) return 'Z'
  const minutes = Math.abs(offsetMinutes)
  const pad = (part: number) => String(part).padStart(2, '0')
  return `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
}

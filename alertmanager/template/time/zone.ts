import { ZONE_ABBREVIATIONS } from './zone-abbreviations.ts'

/** What a clock in a zone shows at a time. */
export interface ZoneState {
  /** Seconds east of UTC. */
  readonly offset: number
  /** Empty where there is none. */
  readonly abbreviation: string
  readonly isSummer: boolean
}

export interface Zone {
  readonly name: string
  at(unixSeconds: number): ZoneState
}

const UTC_STATE: ZoneState = { offset: 0, abbreviation: 'UTC', isSummer: false }
export const UTC: Zone = { name: 'UTC', at: () => UTC_STATE }

/** A zone that nobody but the sender of a time knows. */
export function fixedZone(abbreviation: string, offset: number): Zone {
  const state = { offset, abbreviation, isSummer: false }
  return { name: abbreviation, at: () => state }
}

/** Zones that were looked up, by name. What `Intl` builds for one costs a millisecond and 50 kB. */
const zones = new Map<string, Zone | undefined>()
const MAX_ZONES = 200

/** A zone of the IANA database by its name; undefined if there is none. */
export function findZone(name: string): Zone | undefined {
  if (name === '' || name === 'UTC') return UTC
  if (name === 'Local') return localZone()
  if (!zones.has(name)) {
    if (zones.size >= MAX_ZONES) zones.clear()
    zones.set(name, openZone(name))
  }
  return zones.get(name)
}

/** The zone of this process. */
export function localZone(): Zone {
  const name = process.env.TZ || Intl.DateTimeFormat().resolvedOptions().timeZone
  const zone = findZone(name.replace(/^:/, '')) ?? UTC
  return { name: 'Local', at: (unixSeconds) => zone.at(unixSeconds) }
}

function openZone(name: string): Zone | undefined {
  if (!/^[A-Za-z][\w+\-/]*$/.test(name)) return undefined
  try {
    return new IntlZone(name)
  } catch {
    return undefined
  }
}

/** No zone changes its clocks twice within that time, nor at another minute. */
const SLOT_SECONDS = 900
const MAX_SLOTS = 4_096

class IntlZone implements Zone {
  readonly name: string
  readonly #format: Intl.DateTimeFormat
  readonly #states = new Map<number, ZoneState>()

  constructor(name: string) {
    this.name = name
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset', year: 'numeric' })
  }

  at(unixSeconds: number): ZoneState {
    const slot = Math.floor(unixSeconds / SLOT_SECONDS)
    let state = this.#states.get(slot)
    if (state === undefined) {
      if (this.#states.size >= MAX_SLOTS) this.#states.clear()
      state = this.#stateAt(unixSeconds)
      this.#states.set(slot, state)
    }
    return state
  }

  #stateAt(unixSeconds: number): ZoneState {
    const offset = this.#offsetAt(unixSeconds)
    const yearStart = unixSeconds - (unixSeconds % 31_556_952)
    const winter = Math.min(this.#offsetAt(yearStart), this.#offsetAt(yearStart + 31_556_952 / 2))
    const isSummer = offset > winter
    const [standard, summer = standard] = abbreviationsOf(this.name)?.split('/') ?? []
    return { offset, isSummer, abbreviation: (isSummer ? summer : standard) ?? offsetText(offset) }
  }

  #offsetAt(unixSeconds: number): number {
    const date = new Date(unixSeconds * 1_000)
    // Beyond the years that a Date has, the rules of the last one hold.
    const parts = this.#format.formatToParts(Number.isNaN(date.getTime()) ? new Date(0) : date)
    const text = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
    const match = /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(text)
    if (match === null) return 0
    const [, sign, hours, minutes, seconds = '0'] = match
    const total = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)
    return sign === '-' ? -total : total
  }
}

function abbreviationsOf(zoneName: string): string | undefined {
  for (const [abbreviations, names] of Object.entries(ZONE_ABBREVIATIONS)) {
    if (names.split(' ').includes(zoneName)) return abbreviations
  }
  return undefined
}

/** `+08`, `+0530`: as the database calls zones that have no abbreviation. */
function offsetText(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60)
  const digits = String(Math.floor(minutes / 60)).padStart(2, '0')
  const rest = minutes % 60 === 0 ? '' : String(minutes % 60).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${digits}${rest}`
}

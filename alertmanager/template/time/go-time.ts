import { GoInteger, GoObject, type GoType, INT, INT64, type Method, STRING, type Value } from '../value/value.ts'
import { daysOf } from './civil.ts'
import { clampDuration, DURATION, durationOf, nanosOf, SECOND } from './duration.ts'
import { formatTime, MONTHS, type WallTime, WEEKDAYS, wallTime } from './layout.ts'
import { localZone, UTC, type Zone } from './zone.ts'

/** January 1 of the year 1, when Go's time begins. */
const ZERO_SECONDS = daysOf(1, 1, 1) * 86_400
/** Some hundred million years from now; beyond, seconds would no longer be counted one by one. */
const LAST_SECOND = 2 ** 52
const STRING_LAYOUT = '2006-01-02 15:04:05.999999999 -0700 MST'

/** Go's `time.Time`: a point in time to the nanosecond, seen from a zone. */
export class GoTime extends GoObject {
  /** Since 1970, rounded down. */
  readonly unixSeconds: number
  readonly nanos: number
  readonly zone: Zone

  constructor(unixSeconds: number, nanos: number, zone: Zone) {
    super(TIME)
    this.unixSeconds = Math.max(-LAST_SECOND, Math.min(LAST_SECOND, unixSeconds))
    this.nanos = nanos
    this.zone = zone
  }

  static zero(): GoTime {
    return new GoTime(ZERO_SECONDS, 0, UTC)
  }

  static ofMs(epochMs: number, zone: Zone): GoTime {
    const seconds = Math.floor(epochMs / 1_000)
    return new GoTime(seconds, Math.round((epochMs - seconds * 1_000) * 1e6), zone)
  }

  static ofNanos(sinceEpoch: bigint, zone: Zone): GoTime {
    const nanos = ((sinceEpoch % SECOND) + SECOND) % SECOND
    return new GoTime(Number((sinceEpoch - nanos) / SECOND), Number(nanos), zone)
  }

  get wall(): WallTime {
    return wallTime(this.unixSeconds, this.nanos, this.zone.at(this.unixSeconds))
  }

  get unixNanos(): bigint {
    return BigInt(this.unixSeconds) * SECOND + BigInt(this.nanos)
  }

  get isZero(): boolean {
    return this.unixSeconds === ZERO_SECONDS && this.nanos === 0
  }

  format(layout: string): string {
    return formatTime(layout, this.wall)
  }

  override toString(): string {
    return this.format(STRING_LAYOUT)
  }

  in(zone: Zone): GoTime {
    return new GoTime(this.unixSeconds, this.nanos, zone)
  }

  add(nanos: bigint): GoTime {
    return GoTime.ofNanos(this.unixNanos + nanos, this.zone)
  }

  sub(other: GoTime): bigint {
    return clampDuration(this.unixNanos - other.unixNanos)
  }

  addDate(years: number, months: number, days: number): GoTime {
    const { year, month, day, hour, minute, second } = this.wall
    const date = daysOf(year + years, month + months, day + days)
    return timeOnWall(date * 86_400 + hour * 3_600 + minute * 60 + second, this.nanos, this.zone)
  }

  /** Rounds down to a multiple of the duration since Go's zero time, or to the nearest one. */
  roundTo(multiple: bigint, nearest: boolean): GoTime {
    if (multiple <= 0n) return this
    const sinceZero = this.unixNanos - BigInt(ZERO_SECONDS) * SECOND
    const rest = ((sinceZero % multiple) + multiple) % multiple
    return this.add(nearest && rest * 2n >= multiple ? multiple - rest : -rest)
  }
}

/** The time at which a zone's clocks show what a clock in UTC shows at `wallSeconds`. */
export function timeOnWall(wallSeconds: number, nanos: number, zone: Zone): GoTime {
  // The offset of the time before is right but around a change of the clocks.
  const first = zone.at(wallSeconds - zone.at(wallSeconds).offset).offset
  const seconds = wallSeconds - first
  return new GoTime(zone.at(seconds).offset === first ? seconds : wallSeconds - zone.at(seconds).offset, nanos, zone)
}

/** Go's `*time.Location`. */
class GoLocation extends GoObject {
  readonly zone: Zone

  constructor(zone: Zone) {
    super(LOCATION)
    this.zone = zone
  }
}

function zoneOf(value: Value): Zone {
  return value instanceof GoLocation ? value.zone : UTC
}

function timeOf(value: Value): GoTime {
  return value instanceof GoTime ? value : GoTime.zero()
}

function goString(value: Value): string {
  const time = timeOf(value)
  const { year, month, day, hour, minute, second } = time.wall
  const { name } = time.zone
  const zone = name === 'UTC' || name === 'Local' ? `time.${name}` : `time.Location("${name}")`
  return `time.Date(${year}, time.${MONTHS[month - 1]}, ${[day, hour, minute, second, time.nanos].join(', ')}, ${zone})`
}

const LOCATION: GoType = {
  name: '*time.Location',
  kind: 'pointer',
  text: (value) => zoneOf(value).name,
  methods: new Map([['String', { parameters: [], call: (value) => zoneOf(value).name }]]),
}

/** Go's `time.Time`. */
export const TIME: GoType = {
  name: 'time.Time',
  kind: 'struct',
  fields: [],
  text: String,
  goText: goString,
  get methods() {
    return METHODS
  },
}

const MONTH: GoType = {
  name: 'time.Month',
  kind: 'int',
  text: (value) => MONTHS[Number(nanosOf(value)) - 1] ?? '',
  methods: new Map([['String', { parameters: [], call: (value) => MONTHS[Number(nanosOf(value)) - 1] ?? '' }]]),
}

const WEEKDAY: GoType = {
  name: 'time.Weekday',
  kind: 'int',
  text: (value) => WEEKDAYS[Number(nanosOf(value))] ?? '',
  methods: new Map([['String', { parameters: [], call: (value) => WEEKDAYS[Number(nanosOf(value))] ?? '' }]]),
}

function getter(read: (time: GoTime) => Value): Method {
  return { parameters: [], call: (receiver) => read(timeOf(receiver)) }
}

function onWall(read: (wall: WallTime) => number): Method {
  return getter((time) => BigInt(read(time.wall)))
}

function comparison(holds: (difference: bigint) => Value): Method {
  return {
    get parameters() {
      return [TIME]
    },
    call: (receiver, [other = null]) => holds(timeOf(receiver).unixNanos - timeOf(other).unixNanos),
  }
}

function unix(unit: bigint): Method {
  // Rounded down, as Go rounds.
  return getter(({ unixNanos }) => {
    const rest = ((unixNanos % unit) + unit) % unit
    return new GoInteger(INT64, BigInt.asIntN(64, (unixNanos - rest) / unit))
  })
}

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['Format', { parameters: [STRING], call: (time, [layout]) => timeOf(time).format(String(layout)) }],
  ['String', getter(String)],
  ['GoString', getter(goString)],
  ['Add', { parameters: [DURATION], call: (time, [nanos = null]) => timeOf(time).add(nanosOf(nanos)) }],
  [
    'AddDate',
    {
      parameters: [INT, INT, INT],
      call: (time, [years, months, days]) => timeOf(time).addDate(Number(years), Number(months), Number(days)),
    },
  ],
  [
    'Sub',
    {
      get parameters() {
        return [TIME]
      },
      call: (time, [other = null]) => durationOf(timeOf(time).sub(timeOf(other))),
    },
  ],
  ['Truncate', { parameters: [DURATION], call: (time, [unit = null]) => timeOf(time).roundTo(nanosOf(unit), false) }],
  ['Round', { parameters: [DURATION], call: (time, [unit = null]) => timeOf(time).roundTo(nanosOf(unit), true) }],
  ['Local', getter((time) => time.in(localZone()))],
  ['UTC', getter((time) => time.in(UTC))],
  ['In', { parameters: [LOCATION], call: (time, [zone = null]) => timeOf(time).in(zoneOf(zone)) }],
  ['Location', getter(({ zone }) => new GoLocation(zone))],
  ['IsDST', getter(({ zone, unixSeconds }) => zone.at(unixSeconds).isSummer)],
  ['IsZero', getter(({ isZero }) => isZero)],
  ['After', comparison((difference) => difference > 0n)],
  ['Before', comparison((difference) => difference < 0n)],
  ['Equal', comparison((difference) => difference === 0n)],
  ['Compare', comparison((difference) => (difference === 0n ? 0n : difference > 0n ? 1n : -1n))],
  ['Unix', unix(SECOND)],
  ['UnixMilli', unix(1_000_000n)],
  ['UnixMicro', unix(1_000n)],
  ['UnixNano', unix(1n)],
  ['Year', onWall(({ year }) => year)],
  ['Month', getter(({ wall }) => new GoInteger(MONTH, BigInt(wall.month)))],
  ['Day', onWall(({ day }) => day)],
  ['Weekday', getter(({ wall }) => new GoInteger(WEEKDAY, BigInt(wall.weekday)))],
  ['YearDay', onWall(({ yearDay }) => yearDay)],
  ['Hour', onWall(({ hour }) => hour)],
  ['Minute', onWall(({ minute }) => minute)],
  ['Second', onWall(({ second }) => second)],
  ['Nanosecond', onWall(({ nanos }) => nanos)],
])

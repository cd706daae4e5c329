import { GoInteger, type GoType, INT64, integerOf, type Method, type Value } from '../value/value.ts'

export const SECOND = 1_000_000_000n
const MINUTE = 60n * SECOND
const HOUR = 60n * MINUTE
const MAX = 2n ** 63n - 1n
const MIN = -(2n ** 63n)

/** Go's `time.Duration`: nanoseconds. */
export const DURATION: GoType = {
  name: 'time.Duration',
  kind: 'int',
  text: (value) => formatDuration(nanosOf(value)),
  get methods() {
    return METHODS
  },
}

export function durationOf(nanos: bigint): GoInteger {
  return new GoInteger(DURATION, clampDuration(nanos))
}

/** Go's durations end at some 292 years. */
export function clampDuration(nanos: bigint): bigint {
  if (nanos > MAX) return MAX
  return nanos < MIN ? MIN : nanos
}

export function nanosOf(value: Value): bigint {
  return integerOf(value) ?? 0n
}

/** `1h2m3.5s`, `1.5ms`, `0s`. */
function formatDuration(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : ''
  const size = nanos < 0n ? -nanos : nanos
  if (size === 0n) return '0s'
  if (size < 1_000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${withFraction(size, 3)}µs`
  if (size < SECOND) return `${sign}${withFraction(size, 6)}ms`
  const hours = size / HOUR
  const minutes = (size / MINUTE) % 60n
  const seconds = `${withFraction(size % MINUTE, 9)}s`
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}`
  return minutes > 0n ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`
}

function withFraction(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits)
  const fraction = String(value % scale)
    .padStart(digits, '0')
    .replace(/0+$/, '')
  return fraction === '' ? String(value / scale) : `${value / scale}.${fraction}`
}

/** As a float of a larger unit, computed as Go does: whole units and the rest apart. */
function unitsOf(nanos: bigint, unit: bigint): number {
  return Number(nanos / unit) + Number(nanos % unit) / Number(unit)
}

export function secondsOf(nanos: bigint): number {
  return unitsOf(nanos, SECOND)
}

function truncate(nanos: bigint, multiple: bigint): bigint {
  return multiple <= 0n ? nanos : nanos - (nanos % multiple)
}

/** Half of a unit goes away from zero. */
function round(nanos: bigint, multiple: bigint): bigint {
  if (multiple <= 0n) return nanos
  const rest = nanos % multiple
  const size = rest < 0n ? -rest : rest
  if (size * 2n < multiple) return nanos - rest
  return nanos < 0n ? nanos - multiple - rest : nanos + multiple - rest
}

function getter(read: (nanos: bigint) => Value): Method {
  return { parameters: [], call: (receiver) => read(nanosOf(receiver)) }
}

function combine(apply: (nanos: bigint, other: bigint) => bigint): Method {
  return {
    get parameters() {
      return [DURATION]
    },
    call: (receiver, [other = null]) => durationOf(apply(nanosOf(receiver), nanosOf(other))),
  }
}

const METHODS: ReadonlyMap<string, Method> = new Map([
  ['Hours', getter((nanos) => unitsOf(nanos, HOUR))],
  ['Minutes', getter((nanos) => unitsOf(nanos, MINUTE))],
  ['Seconds', getter(secondsOf)],
  ['Milliseconds', getter((nanos) => new GoInteger(INT64, nanos / 1_000_000n))],
  ['Microseconds', getter((nanos) => new GoInteger(INT64, nanos / 1_000n))],
  ['Nanoseconds', getter((nanos) => new GoInteger(INT64, nanos))],
  ['Abs', getter((nanos) => durationOf(nanos < 0n ? -nanos : nanos))],
  ['String', getter(formatDuration)],
  ['Round', combine(round)],
  ['Truncate', combine(truncate)],
])

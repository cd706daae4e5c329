const MS = 1_000_000n

/** Prints a time as `strict_date_optional_time` does: milliseconds, whatever else there is. */
export function formatMillis(epochMs: bigint): string {
  const date = new Date(Number(epochMs))
  return Number.isNaN(date.getTime()) ? String(epochMs) : date.toISOString()
}

/** Prints a time as `strict_date_optional_time_nanos` does: three to nine digits, as many as it needs. */
export function formatNanos(epochNs: bigint): string {
  const epochMs = floorDivide(epochNs, MS)
  const text = formatMillis(epochMs)
  if (!text.endsWith('Z')) return text
  return `${text.slice(0, -1)}${digitsBelow(epochNs - epochMs * MS, 6)}Z`
}

/** Prints a time as `epoch_millis` and `epoch_second` do: what is less than the unit follows a point. */
export function formatEpoch(epochNs: bigint, unit: 'epoch_millis' | 'epoch_second'): string {
  const digits = unit === 'epoch_millis' ? 6 : 9
  const whole = floorDivide(epochNs, 10n ** BigInt(digits))
  const below = digitsBelow(epochNs - whole * 10n ** BigInt(digits), digits)
  return below === '' ? String(whole) : `${whole}.${below}`
}

/** A fraction of so many digits, without the zeros at its end. */
function digitsBelow(rest: bigint, digits: number): string {
  return rest === 0n ? '' : String(rest).padStart(digits, '0').replace(/0+$/, '')
}

export function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value < 0n && quotient * divisor !== value ? quotient - 1n : quotient
}

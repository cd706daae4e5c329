const MS = 1_000_000n

/** Prints a time as `strict_date_optional_time` does: milliseconds, whatever else there is. */
export function formatMillis(epochMs: bigint): string {
  const date = new Date(Number(epochMs))
  return Number.isNaN(date.getTime()) ? String(epochMs) : date.toISOString()
}

/** Prints a time as `strict_date_optional_time_nanos` does: three, six or nine digits, as many as it needs. */
export function formatNanos(epochNs: bigint): string {
  const epochMs = floorDivide(epochNs, MS)
  const rest = Number(epochNs - epochMs * MS)
  const text = formatMillis(epochMs)
  if (rest === 0 || !text.endsWith('Z')) return text
  const digits = String(rest).padStart(6, '0')
  return `${text.slice(0, -1)}${digits.endsWith('000') ? digits.slice(0, 3) : digits}Z`
}

export function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value < 0n && quotient * divisor !== value ? quotient - 1n : quotient
}

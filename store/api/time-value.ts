import { illegalArgument } from '../elasticsearch-error.ts'

const UNITS: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  micros: 1e-3,
  nanos: 1e-6,
}

/**
 * Reads a duration as Elasticsearch writes it: `30s`, `500ms`, `-1` for none.
 *
 * @returns milliseconds, or undefined for none
 * @throws ElasticsearchError that names the parameter
 */
export function parseTimeValue(value: string | undefined, name: string): number | undefined {
  if (value === undefined || value === '-1') return undefined
  if (value === '0') return 0
  const match = /^(\d+(?:\.\d+)?)(d|h|m|s|ms|micros|nanos)$/.exec(value)
  if (match === null) {
    throw illegalArgument(
      `failed to parse setting [${name}] with value [${value}] as a time value: unit is missing or unrecognized`,
    )
  }
  return Number(match[1]) * UNITS[match[2]!]!
}

/** Reads `true`, `false` or, as in a URL without a value, nothing. */
export function parseFlag(value: string | undefined, name: string, otherwise: boolean): boolean {
  if (value === undefined) return otherwise
  if (value === 'true' || value === '') return true
  if (value === 'false') return false
  throw illegalArgument(`Failed to parse value [${value}] of [${name}] as only [true] or [false] are allowed.`)
}

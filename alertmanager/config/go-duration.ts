const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

/**
 * Parses a Go duration (`1.5s`, `2m30s`), which Alertmanager's `timeout` keys are: fractions are legal, days are not.
 *
 * @returns milliseconds, or undefined if the text is none or is negative
 */
export function parseGoDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^\+?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined
  let totalMs = 0
  for (const [, number, unit] of text.matchAll(/([\d.]+)([a-zµμ]+)/g)) totalMs += Number(number) * UNITS_MS[unit!]!
  return totalMs
}

/** Prints milliseconds as Go prints a duration: `500ms`, `1.5s`, `1h0m0s`. */
export function formatGoDuration(durationMs: number): string {
  if (durationMs === 0) return '0s'
  if (durationMs < 1_000) return `${durationMs}ms`
  const hours = Math.floor(durationMs / 3_600_000)
  const minutes = Math.floor((durationMs % 3_600_000) / 60_000)
  const seconds = (durationMs % 60_000) / 1_000
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`
}

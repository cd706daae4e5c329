const UNITS = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const

const PATTERN = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/

/**
 * Parses a Prometheus duration: units from largest to smallest, each at most once, whole numbers (`1h30m`, `250ms`, `0`).
 *
 * @returns milliseconds, or undefined if the text is not a duration
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  const match = text === '' ? null : PATTERN.exec(text)
  if (match === null) return undefined
  let totalMs = 0
  for (const [index, [, unitMs]] of UNITS.entries()) totalMs += Number(match[index + 1] ?? 0) * unitMs
  return Number.isSafeInteger(totalMs) ? totalMs : undefined
}

/** Prints milliseconds as Prometheus does: `5400000` is `1h30m`. Years, weeks and days are used only when they divide evenly. */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return '0s'
  let rest = Math.round(durationMs)
  let text = ''
  for (const [unit, unitMs] of UNITS) {
    const wholeOnly = unitMs >= 86_400_000
    if (rest < unitMs || (wholeOnly && rest % unitMs !== 0)) continue
    const count = Math.floor(rest / unitMs)
    text += `${count}${unit}`
    rest -= count * unitMs
  }
  return text
}

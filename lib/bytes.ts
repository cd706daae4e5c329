const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  k: 1e3,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}

/**
 * Parses a size with a decimal (`10MB`) or binary (`64MiB`, Kubernetes' `64Mi`) unit.
 *
 * @returns bytes, or undefined if the text is not a size
 */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s?([A-Za-z]*)$/.exec(text)
  const unit = UNITS[match?.[2] ?? '?']
  if (match === null || unit === undefined) return undefined
  const bytes = Math.round(Number(match[1]) * unit)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** Prints a size in the largest binary unit that keeps it at one or more: `1572864` is `1.5MiB`. */
export function formatBytes(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB']) {
    const size = bytes / UNITS[unit]!
    if (size >= 1) return `${Number(size.toFixed(2))}${unit}`
  }
  return `${bytes}B`
}

const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const
const COUNTS = ['', 'k', 'M', 'G', 'T', 'P'] as const

/** Three digits and a unit, at most seven characters: `1.23MiB`. */
export function shortBytes(bytes: number): string {
  return shorten(bytes, 1024, BYTES)
}

/** Three digits and a unit, at most five characters: `45.1k`. */
export function shortCount(count: number): string {
  return shorten(count, 1000, COUNTS)
}

/** At most five characters: `0.4s`, `59s`, `12m`, `3h5m`, `12d`. */
export function shortSeconds(seconds: number): string {
  if (seconds < 10) return `${Math.floor(seconds * 10) / 10}s`
  if (seconds < 60) return `${Math.floor(seconds)}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`
  const hours = Math.floor(seconds / 3_600)
  if (hours < 24) return `${hours}h${hours < 10 ? `${Math.floor((seconds % 3_600) / 60)}m` : ''}`
  return `${Math.floor(hours / 24)}d`
}

function shorten(value: number, base: number, units: readonly string[]): string {
  let rest = value
  let unit = 0
  // What would be rounded up to the base is one of the next unit.
  while (rest >= base - 0.5 && unit < units.length - 1) {
    rest /= base
    unit += 1
  }
  const digits = unit === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2
  return `${rest.toFixed(digits)}${units[unit]}`
}

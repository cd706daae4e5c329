import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { optional, text } from '#lib/config/schema.ts'
import { parseGoDuration } from '../go-duration.ts'

/** The key for the longest time of one request. */
export function timeoutKey() {
  return {
    timeout: optional(text({ description: 'Longest time of one request, such as 10s or 1.5s; 0s is no limit.' })),
  }
}

/** Reports a text that should be a Go duration and is none. */
export function checkGoDuration(text: string | undefined, path: Path, report: Report): void {
  if (text === undefined || parseGoDuration(text) !== undefined) return
  report(path, `"${text}" is not a Go duration; write for example 10s, 1.5s or 2m30s`)
}

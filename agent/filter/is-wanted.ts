import type { Line } from '../decode/line.ts'
import type { Extent } from '../ship/extent.ts'
import { type Drops, OVER_LIMIT } from './drops.ts'
import type { RateLimiter } from './rate-limiter.ts'
import type { RecordFilter } from './record-filter.ts'

/** Whose records they are. */
interface Filtered {
  readonly handling: { readonly filter: RecordFilter | undefined }
  readonly limiter: RateLimiter | undefined
}

/** Whether a record that was parsed is shipped; one that is not was counted. What rules drop is not held against the limit. */
export function isWanted({ handling, limiter }: Filtered, line: Line, extent: Extent, drops: Drops): boolean {
  if (handling.filter?.drops(line, extent)) return false
  if (limiter === undefined || limiter.admits(line.bodyEnd - line.bodyStart, extent)) return true
  drops.add(OVER_LIMIT)
  return false
}

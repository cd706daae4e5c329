import type { ContainerLog } from './container-log.ts'

/** Longest wait of a new container's first records for the metadata of its pod. */
const METADATA_WAIT_MS = 2_000

/** Whether a log may be read: what is known of a new pod comes within moments, and should be with its first records. */
export function isDue(log: ContainerLog, nowMs: number): boolean {
  return log.enriched.isComplete || log.gone || nowMs - log.foundAtMs >= METADATA_WAIT_MS
}

/** Nothing is under way: no incomplete record, nothing unacknowledged, no file on its way out. */
export function isAtRest(log: ContainerLog): boolean {
  return (
    !log.gone &&
    log.files.length <= 1 &&
    log.files.every((file) => file.isSettled && file.idleSinceMs !== undefined && file.seenOffset === file.offset) &&
    !log.hasOpenJoin
  )
}

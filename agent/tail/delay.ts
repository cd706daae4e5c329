import type { ContainerLog } from './container-log.ts'
import type { SourceFile } from './source-file.ts'

/** Whether the rate limit of a container lets its next file be read now. A file that will be gone is read whatever it says. */
export function mayRead(log: ContainerLog, file: SourceFile, nowMs: number): boolean {
  const { limiter } = log
  return limiter === undefined || limiter.mayRead(nowMs) || isVanishing(log, file)
}

/** How much of `bytes[0, length)`, the bytes that come next in a file, may be taken at once. */
export function lengthToTake(log: ContainerLog, file: SourceFile, bytes: Buffer, length: number): number {
  const { limiter } = log
  if (limiter === undefined || file.longLine !== undefined) return length
  return isVanishing(log, file) ? length : limiter.lengthToTake(bytes, length)
}

function isVanishing(log: ContainerLog, file: SourceFile): boolean {
  return log.gone || !file.stat().linked
}

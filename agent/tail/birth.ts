import { type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * When a file was made, in epoch milliseconds, or 0 if its file system does not know. Where the kernel cannot be asked,
 * what stands in its place is the last change of the inode; then it is so for the directories above it too.
 */
export function birthOf(path: string, { birthtimeMs, ctimeMs, dev }: Stats): number {
  if (birthtimeMs !== ctimeMs) return birthtimeMs
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    const above = statSync(directory, { throwIfNoEntry: false })
    if (above === undefined || above.dev !== dev) return 0
    if (above.birthtimeMs !== above.ctimeMs) return birthtimeMs
    if (directory === dirname(directory)) return 0
  }
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReadSnapshotFile } from './take-over.ts'

/** Files of Alertmanager's in the directory that it had for its storage path. */
export function snapshotFilesIn(directory: string): ReadSnapshotFile {
  return (name) => {
    try {
      return readFileSync(join(directory, name))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }
}

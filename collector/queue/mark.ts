import { crc32 } from 'node:zlib'
import { type Files, replaceFile } from '#lib/files.ts'
import type { Position } from '#lib/segment/position.ts'
import type { DroppedRange } from './dropped-segments.ts'

/** A place between two entries: what was read or settled up to there. */
export interface Mark extends Position {
  /** Records of all entries before it since the queue was made. */
  readonly records: number
}

/** A mark as it is on disk: with what was given up behind it, which is no damage. */
export interface SavedMark extends Mark {
  readonly dropped: readonly DroppedRange[]
}

export const POSITION_FILE = 'position.json'

/** Replaces the mark in a file; a crash leaves the old one or the new one. */
export function writeMark(files: Files, path: string, mark: SavedMark): Promise<void> {
  const content = contentOf(mark)
  return replaceFile(files, path, JSON.stringify({ ...content, crc: crc32(JSON.stringify(content)) }))
}

/**
 * Reads a mark, or returns undefined if there is none that can be trusted: a flipped digit would skip acknowledged
 * records, while without a mark all that is left is sent once more under the same ids.
 */
export async function readMark(files: Files, path: string): Promise<SavedMark | undefined> {
  try {
    const { crc, ...read } = JSON.parse(await files.readFile(path, 'utf8')) as Partial<SavedMark> &
      Mark & { crc: number }
    const mark = { ...read, dropped: read.dropped ?? [] }
    return crc === crc32(JSON.stringify(contentOf(mark))) ? mark : undefined
  } catch {
    return undefined
  }
}

function contentOf({ sequence, offset, records, dropped }: SavedMark): object {
  return { sequence, offset, records, ...(dropped.length === 0 ? {} : { dropped }) }
}

import { crc32 } from 'node:zlib'
import { type Files, replaceFile } from '#lib/files.ts'
import type { Position } from '#lib/segment/position.ts'

/** A place between two entries: what was read or settled up to there. */
export interface Mark extends Position {
  /** Records of all entries before it since the queue was made. */
  readonly records: number
}

/** Replaces the mark in a file; a crash leaves the old one or the new one. */
export function writeMark(files: Files, path: string, { sequence, offset, records }: Mark): Promise<void> {
  const text = JSON.stringify({ sequence, offset, records })
  return replaceFile(files, path, JSON.stringify({ sequence, offset, records, crc: crc32(text) }))
}

/**
 * Reads a mark, or returns undefined if there is none that can be trusted: a flipped digit would skip acknowledged
 * records, while without a mark all that is left is sent once more under the same ids.
 */
export async function readMark(files: Files, path: string): Promise<Mark | undefined> {
  try {
    const { sequence, offset, records, crc } = JSON.parse(await files.readFile(path, 'utf8')) as Mark & { crc: number }
    return crc === crc32(JSON.stringify({ sequence, offset, records })) ? { sequence, offset, records } : undefined
  } catch {
    return undefined
  }
}

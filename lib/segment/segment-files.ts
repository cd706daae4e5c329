import { join } from 'node:path'
import { type FileHandle, type Files, syncDirectory } from '../files.ts'
import { segmentFileName, segmentHeader, segmentSequence } from './header.ts'
import { writeFully } from './write.ts'

export interface Segment {
  readonly sequence: number
  lengthBytes: number
}

/** The segment files of a directory, in order; other files are left alone. */
export async function listSegments(files: Files, directory: string): Promise<Segment[]> {
  const segments: Segment[] = []
  for (const name of (await files.readdir(directory)).sort()) {
    const sequence = segmentSequence(name)
    if (sequence === undefined) continue
    segments.push({ sequence, lengthBytes: (await files.stat(join(directory, name))).size })
  }
  return segments
}

/**
 * Makes a segment file with nothing but its header, durably, or makes an empty one anew.
 *
 * @param isKnown whether the file was there before: then it stays if this fails
 * @throws the system's error
 */
export async function createSegmentFile(
  files: Files,
  directory: string,
  sequence: number,
  isKnown: boolean,
): Promise<FileHandle> {
  const path = join(directory, segmentFileName(sequence))
  const handle = await files.open(path, 'w')
  try {
    await writeFully(handle, [segmentHeader(sequence)], 0)
    await handle.datasync()
    await syncDirectory(files, directory)
  } catch (error) {
    await handle.close()
    if (!isKnown) await files.unlink(path).catch(() => {})
    throw error
  }
  return handle
}

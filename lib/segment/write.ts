import type { FileHandle } from '../files.ts'

/** Writes all buffers at an offset; a short write is continued. */
export async function writeFully(handle: FileHandle, buffers: readonly Uint8Array[], offset: number): Promise<void> {
  let rest = [...buffers]
  let at = offset
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, at)
    at += bytesWritten
    let left = bytesWritten
    const open: Uint8Array[] = []
    for (const buffer of rest) {
      const done = Math.min(left, buffer.length)
      left -= done
      if (done < buffer.length) open.push(buffer.subarray(done))
    }
    rest = open
  }
}

import type { NodeFiles } from './node-files.ts'

/** AT_PAGESZ of elf.h. */
const PAGE_SIZE = 6

/** Bytes in a page of memory: what the kernel told this process at its start, or 4096. */
export function pageBytes(files: NodeFiles, proc: string): number {
  try {
    const vector = Buffer.from(files.read(`${proc}/self/auxv`), 'latin1')
    for (let at = 0; at + 16 <= vector.length; at += 16) {
      if (vector.readBigUInt64LE(at) === BigInt(PAGE_SIZE)) return Number(vector.readBigUInt64LE(at + 8))
    }
  } catch {
    // As on nearly all machines, then.
  }
  return 4096
}

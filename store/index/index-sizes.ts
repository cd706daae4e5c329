import type { DayFiles } from '../disk/day-files.ts'

/** What an index has on disk. */
export interface IndexSize {
  documents: number
  /** Its share of the day files, by the bytes of its documents. */
  bytes: number
}

/** Documents and bytes of every index, by uid. Opens the file of every day. */
export function indexSizes(files: DayFiles): ReadonlyMap<number, IndexSize> {
  const sizes = new Map<number, IndexSize>()
  for (const day of files.days) {
    const file = files.open(day)
    if (file === undefined) continue
    const shares = file.uids.map((uid) => {
      const blocks = file.blocksOf(uid)
      const sum = (read: (block: (typeof blocks)[number]) => number) =>
        blocks.reduce((total, block) => total + read(block), 0)
      return { uid, documents: sum(({ rows }) => rows), sourceBytes: sum(({ sourceBytes }) => sourceBytes) }
    })
    const allBytes = shares.reduce((total, { sourceBytes }) => total + sourceBytes, 0)
    const fileBytes = files.sizeOf(day)
    for (const { uid, documents, sourceBytes } of shares) {
      const size = sizes.get(uid) ?? { documents: 0, bytes: 0 }
      size.documents += documents
      size.bytes += allBytes === 0 ? 0 : Math.round((fileBytes * sourceBytes) / allBytes)
      sizes.set(uid, size)
    }
  }
  return sizes
}

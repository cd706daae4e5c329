import { join } from 'node:path'
import type { Files } from '#lib/files.ts'
import { SegmentLog } from '#lib/segment/log.ts'
import { DroppedSegments } from './dropped-segments.ts'
import { EntryReader } from './entry-reader.ts'
import type { QueueEvents } from './events.ts'
import { FreshEntries } from './fresh-entries.ts'
import { type Mark, POSITION_FILE, readMark, type SavedMark } from './mark.ts'

export interface RecoverOptions {
  readonly files: Files
  readonly directory: string
  readonly segmentBytes: number
  readonly events: QueueEvents
}

/** What an earlier run left. */
export interface Recovered {
  readonly log: SegmentLog
  /** Where reading begins. */
  readonly start: SavedMark
  /** When the first request behind it was received, as far as that can be told. */
  readonly oldestAtMs: number | undefined
}

/**
 * What a damaged length on disk may at most claim. It has nothing to do with the limit of requests, which may have
 * been lowered since an entry was written.
 */
const LONGEST_ENTRY_BYTES = 1024 ** 3

/** Opens or creates the log of a queue and finds the place in it. Whatever is on disk, it opens. */
export async function recover({ files, directory, segmentBytes, events }: RecoverOptions): Promise<Recovered> {
  const saved = await readMark(files, join(directory, POSITION_FILE))
  const dropped = saved?.dropped ?? []
  const known = saved === undefined ? {} : { reached: { ...saved, items: itemsKnown(saved) } }
  const limits = { segmentBytes, maxPayloadBytes: LONGEST_ENTRY_BYTES }
  const { log, recovery } = await SegmentLog.open({ files, directory, ...limits, ...known })
  if (recovery.tornBytes > 0) events.queueTailCut({}, { count: recovery.tornBytes })
  for (const { first, last } of dropped) {
    // Noted as given up, and then the power was cut.
    for (let sequence = first; sequence <= last; sequence++) await log.delete(sequence)
  }
  const start = await startOf(log, saved)
  return { log, start: { ...start, dropped }, oldestAtMs: await receivedAt(log, start) }
}

/** Records of which the mark tells that they were appended. */
function itemsKnown({ sequence, records, dropped }: SavedMark): number {
  return records + new DroppedSegments(dropped).recordsAfter(sequence)
}

/** Behind what was noted as settled, as far as the log still knows that place. */
async function startOf(log: SegmentLog, saved: Mark | undefined): Promise<Mark> {
  const length = saved === undefined ? undefined : log.lengthOf(saved.sequence)
  if (saved === undefined || length === undefined) {
    return { ...log.begin, records: await log.itemsBefore(log.begin.sequence) }
  }
  const { sequence, offset, records } = saved
  // Damage at the end of the segment was cut off, and the place with it.
  return { sequence, offset: Math.min(offset, length), records }
}

async function receivedAt(log: SegmentLog, place: Mark): Promise<number | undefined> {
  const reader = new EntryReader(log, new FreshEntries(0), place)
  const entry = await reader.next().catch(() => undefined)
  await reader.close()
  return entry?.header?.receivedAtMs
}

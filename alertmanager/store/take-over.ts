import type { RouterEvents } from '../events.ts'
import type { Silences } from '../silence/silences.ts'
import { readSilences } from '../silence/snapshot.ts'
import type { NotificationLog } from './nflog.ts'
import { readNotifications } from './nflog-snapshot.ts'

/** Reads a file of Alertmanager's from its storage path; undefined if it is not there. */
export type ReadSnapshotFile = (name: 'silences' | 'nflog') => Buffer | undefined

export interface TakeOverOptions {
  readonly silences: Silences
  readonly nflog: NotificationLog
  readonly readFile: ReadSnapshotFile
  readonly retentionMs: number
  readonly events: RouterEvents
}

/**
 * Takes over what Alertmanager left at the same storage path: its silences, and what it told to whom, so that nobody is
 * told again. The files stay as they are.
 */
export function takeOver({ silences, nflog, readFile, retentionMs, events }: TakeOverOptions): void {
  const takeEach = <T>(kind: 'silences' | 'nflog', read: (file: Buffer) => Iterable<T>, take: (one: T) => void) => {
    let count = 0
    try {
      const file = readFile(kind)
      if (file === undefined) return
      for (const one of read(file)) {
        take(one)
        count += 1
      }
    } catch (error) {
      events.takeOverFailed({ kind }, { err: error })
    }
    if (count > 0) events.takenOver({ kind }, { count })
  }
  takeEach('silences', readSilences, (silence) => silences.merge(silence))
  takeEach(
    'nflog',
    (file) => readNotifications(file, retentionMs),
    ({ key, entry }) => void nflog.record(key, entry),
  )
}

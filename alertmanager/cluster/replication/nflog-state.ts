import type { Clock } from '#lib/clock.ts'
import {
  compareEntries,
  type NotificationEntry,
  type NotificationKey,
  type NotificationLog,
  printEntry,
  printKey,
} from '../../store/nflog.ts'
import { hashText } from './digest.ts'
import { BadRecord, readEach, readInteger, readLabels, readList, readText, readTime } from './read-record.ts'
import { type MergeResult, Merging, type SharedState, type Version, VersionHashes } from './shared-state.ts'

export interface NotificationStateOptions {
  readonly nflog: NotificationLog
  readonly clock: Clock
}

/** How far ahead the clock of a member may be, after what is known of the difference. */
const MAX_AHEAD_MS = 10 * 60_000
/** Longest that an entry is kept. */
const MAX_KEPT_MS = 366 * 24 * 3_600_000
const MAX_ENTRIES = 1_000_000
/** Most alerts of one group. */
const MAX_ALERTS = 2_000_000

/** What was told to whom. What was told later counts; see {@link compareEntries}. */
export class NotificationState implements SharedState {
  readonly key = 'nfl'
  readonly #options: NotificationStateOptions
  readonly #hashes = new VersionHashes<NotificationEntry>((entry) => hashText(printEntry(entry)))

  constructor(options: NotificationStateOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#options.nflog.size
  }

  *versions(shiftMs: number): Generator<Version> {
    const nowMs = this.#options.clock.nowMs()
    for (const [id, { entry }] of this.#options.nflog.entries()) {
      if (entry.expiresAtMs > nowMs) yield [id, this.#versionOf(entry, shiftMs)]
    }
  }

  encode(id: string, shiftMs: number): string | undefined {
    const found = this.#options.nflog.entryOf(id)
    if (found === undefined || found.entry.expiresAtMs <= this.#options.clock.nowMs()) return undefined
    const { groupKey, receiver, integration, index } = found.key
    const { firing, resolved, parked, receiverData, sentAtMs, expiresAtMs } = shifted(found.entry, shiftMs)
    return JSON.stringify({
      k: [groupKey, receiver, integration, index],
      ...{ f: [...firing], r: [...resolved], p: [...parked], sentAtMs, expiresAtMs },
      d: Object.entries(receiverData).flat(),
    })
  }

  merge(records: readonly unknown[], shiftMs: number): MergeResult {
    const { nflog } = this.#options
    const merging = new Merging()
    for (const { key, entry } of readEach(
      records,
      (record) => this.#read(record, shiftMs),
      (why) => merging.refuse(why),
    )) {
      const isNews = nflog.merge(key, entry)
      const known = nflog.get(key)
      const id = printKey(key)
      merging.add(id, isNews, known !== undefined && compareEntries(known, entry) === 0)
    }
    return merging.result
  }

  #versionOf(entry: NotificationEntry, shiftMs: number): number {
    return shiftMs === 0 ? this.#hashes.of(entry) : hashText(printEntry(shifted(entry, shiftMs)))
  }

  #read(
    record: Readonly<Record<string, unknown>>,
    shiftMs: number,
  ): { readonly key: NotificationKey; readonly entry: NotificationEntry } {
    const { nflog, clock } = this.#options
    const nowMs = clock.nowMs()
    const [groupKey, receiver, integration, index] = readList(record.k, 4)
    const key = {
      groupKey: readText(groupKey),
      receiver: readText(receiver),
      integration: readText(integration, 100),
      index: readInteger(index, 0, 1_000_000),
    }
    const entry = {
      ...{ firing: readNames(record.f), resolved: readNames(record.r), parked: readNames(record.p) },
      sentAtMs: readTime(record.sentAtMs) - shiftMs,
      expiresAtMs: readTime(record.expiresAtMs) - shiftMs,
      receiverData: Object.fromEntries(readLabels(record.d)),
    }
    if (entry.sentAtMs > nowMs + MAX_AHEAD_MS) throw new BadRecord('a notification was sent in the future')
    if (entry.expiresAtMs <= nowMs) throw new BadRecord('a notification is past its expiry')
    if (entry.expiresAtMs > nowMs + MAX_KEPT_MS) throw new BadRecord('a notification never expires')
    if (nflog.get(key) === undefined && nflog.size >= MAX_ENTRIES)
      throw new BadRecord('there are too many notifications')
    return { key, entry }
  }
}

function shifted(entry: NotificationEntry, shiftMs: number): NotificationEntry {
  const { sentAtMs, expiresAtMs } = entry
  return { ...entry, sentAtMs: sentAtMs + shiftMs, expiresAtMs: expiresAtMs + shiftMs }
}

/** Fingerprints, or the hashes by which entries of Alertmanager's own file know alerts. */
function readNames(value: unknown): ReadonlySet<string> {
  return new Set(
    readList(value, MAX_ALERTS).map((name) => {
      if (typeof name !== 'string' || !/^(?:xx:)?[0-9a-f]{16}$/.test(name)) throw new BadRecord('no fingerprint')
      return name
    }),
  )
}

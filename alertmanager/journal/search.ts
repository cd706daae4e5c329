import { setImmediate as nextTurn } from 'node:timers/promises'
import { LabelSet } from '#lib/labels.ts'
import { type Matcher, matchesAll } from '#lib/matchers.ts'
import { labelsOf } from './alert-digest.ts'
import type { HistoryEntry } from './entry.ts'
import type { History, Selection } from './history.ts'

export interface Search extends Selection {
  /** Of an alert that must be among those of the entry. */
  readonly fingerprint?: string | undefined
  /** All must hold for one alert of the entry, or for its group. */
  readonly matchers: readonly Matcher[]
  readonly count: number
}

export interface Found {
  /** Newest first. */
  readonly entries: readonly HistoryEntry[]
  /** What to begin before to go on; undefined at the end. */
  readonly next: number | undefined
}

/** Ids that are looked at before others get a turn: about ten milliseconds. */
const SLICE = { plain: 5_000, withAlerts: 500 }
/** Most ids that one search looks at. It may be gone on with. */
const MAX_LOOKED = 200_000

/** Looks through the history, from the newest entry back, in slices between which the router goes on with its work. */
export async function searchHistory(history: History, search: Search): Promise<Found> {
  const { fingerprint, matchers, count } = search
  const looksAtAlerts = fingerprint !== undefined || matchers.length > 0
  const slice = looksAtAlerts ? SLICE.withAlerts : SLICE.plain
  const entries: HistoryEntry[] = []
  let before = Math.min(search.before ?? Number.POSITIVE_INFINITY, history.lastId + 1)
  const oldest = Math.max(history.firstId, search.from ?? 0)
  const lowest = Math.max(oldest, before - MAX_LOOKED)
  while (before > lowest) {
    const from = Math.max(lowest, before - slice)
    const wanted = looksAtAlerts ? slice : count - entries.length
    for (const entry of history.page({ ...search, before, from }, wanted)) {
      if (!isWanted(entry, search)) continue
      entries.push(entry)
      if (entries.length === count) return { entries, next: entry.id > oldest ? entry.id : undefined }
    }
    before = from
    if (before > lowest) await nextTurn()
  }
  return { entries, next: lowest > oldest ? lowest : undefined }
}

function isWanted({ details: { alerts, groupLabels } }: HistoryEntry, { fingerprint, matchers }: Search): boolean {
  const known =
    fingerprint === undefined || alerts.firing.includes(fingerprint) || alerts.resolved.includes(fingerprint)
  if (!known || matchers.length === 0) return known
  const wanted = fingerprint === undefined ? Object.keys(alerts.labels) : [fingerprint]
  return (
    wanted.some((one) => {
      const labels = labelsOf(alerts, one)
      return labels !== undefined && matchesAll(matchers, labels)
    }) || matchesAll(matchers, LabelSet.from(groupLabels))
  )
}

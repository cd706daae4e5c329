import type { LabelSet } from '#lib/labels.ts'
import type { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { routeId } from '../route/tree.ts'
import type { NotificationEntry, NotificationKey } from './nflog.ts'
import { readHashes, readSnapshot, readTimestamp, within } from './snapshot.ts'
import { xxhash64 } from './xxhash64.ts'

/** Marks an alert that is known by Alertmanager's hash of its labels only, not yet by its fingerprint. */
const HASHED = 'xx:'

export interface LoggedNotification {
  readonly key: NotificationKey
  readonly entry: NotificationEntry
}

/**
 * The entries of Alertmanager's `nflog` file.
 *
 * @param keptMs how long they are kept at least: alerts that they are about come in again only then
 * @throws SnapshotDamaged after what could be read
 */
export function* readNotifications(file: Buffer, keptMs: number): Generator<LoggedNotification> {
  for (const message of readSnapshot(file)) yield readEntry(message, keptMs)
}

function readEntry(reader: ProtoReader, keptMs: number): LoggedNotification {
  let groupKey = ''
  let receiver = { receiver: '', integration: '', index: 0 }
  let sentAtMs = 0
  const firing = new Set<string>()
  const resolved = new Set<string>()
  const muted = new Set<string>()
  const receiverData: Record<string, string> = {}
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) groupKey = reader.text()
    else if (field === 2) receiver = readReceiver(within(reader))
    else if (field === 5) sentAtMs = readTimestamp(reader)
    else if (field === 8) Object.assign(receiverData, readReceiverData(within(reader)))
    else {
      const into = field === 6 ? firing : field === 7 ? resolved : field === 9 ? muted : undefined
      if (into !== undefined) for (const hash of readHashes(reader)) into.add(HASHED + hash)
    }
  }
  const entry: NotificationEntry = {
    // What was muted was not told.
    firing: firing.difference(muted),
    resolved: resolved.difference(muted),
    parked: new Set(),
    ...{ sentAtMs, expiresAtMs: sentAtMs + keptMs, receiverData },
  }
  // A group is known by its key and its receiver, see Route.id.
  return { key: { ...receiver, groupKey: routeId(groupKey, receiver.receiver) }, entry }
}

function readReceiver(reader: ProtoReader): { receiver: string; integration: string; index: number } {
  const found = { receiver: '', integration: '', index: 0 }
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) found.receiver = reader.text()
    else if (field === 2) found.integration = reader.text()
    else if (field === 3) found.index = reader.value
  }
  return found
}

/**
 * One pair of what an integration wished to remember, such as `threadTs` and `channelId` of Slack: the names are the same
 * here. There may be numbers too, but no integration has any.
 */
function readReceiverData(reader: ProtoReader): Readonly<Record<string, string>> {
  let name = ''
  let value: string | undefined
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) name = reader.text()
    else if (field === 2) value = readText(within(reader))
  }
  return value === undefined ? {} : { [name]: value }
}

function readText(reader: ProtoReader): string | undefined {
  for (let field = reader.next(); field !== 0; field = reader.next()) if (field === 1) return reader.text()
  return undefined
}

/** An entry of a file, with the fingerprints of those alerts that are known by now. */
export function withFingerprints(entry: NotificationEntry, alerts: () => readonly LabelSet[]): NotificationEntry {
  const isHashed = (set: ReadonlySet<string>) => set.values().some((name) => name.startsWith(HASHED))
  if (!isHashed(entry.firing) && !isHashed(entry.resolved)) return entry
  const known = new Map(alerts().map((labels) => [HASHED + hashOf(labels), labels.fingerprint]))
  const named = (set: ReadonlySet<string>) => new Set(Array.from(set, (name) => known.get(name) ?? name))
  return { ...entry, firing: named(entry.firing), resolved: named(entry.resolved) }
}

/** Over the same bytes as the fingerprint: name, 0xFF, value, 0xFF of each label. */
function hashOf(labels: LabelSet): string {
  const separator = Buffer.of(0xff)
  const parts = Array.from(labels, ([name, value]) => [Buffer.from(name), separator, Buffer.from(value), separator])
  return xxhash64(Buffer.concat(parts.flat())).toString(16).padStart(16, '0')
}

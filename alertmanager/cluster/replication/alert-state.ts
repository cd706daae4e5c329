import type { Clock } from '#lib/clock.ts'
import { type Alert, isResolved } from '../../alert.ts'
import type { Pipeline } from '../../pipeline.ts'
import type { Replica } from '../replica.ts'
import { encodeAlert, encodeEnd, hashAlert, readAlert, readEnd, readFingerprint } from './alert-record.ts'
import { readEach } from './read-record.ts'
import { type MergeResult, Merging, type SharedState, type Version } from './shared-state.ts'
import type { Tombstones } from './tombstones.ts'

export interface AlertStateOptions {
  readonly pipeline: Pipeline
  readonly clock: Clock
  readonly tombstones: Tombstones
  /** Takes alerts that are not as they were. */
  readonly onMerged: (alerts: readonly Alert[]) => void
}

/**
 * The alerts: those that fire, and those that have ended of which somebody has still to be told. When a firing alert
 * ends is not compared: it changes whenever its sender says again that it fires, and whoever needs to know asks.
 */
export class AlertState implements SharedState {
  readonly key = 'alr'
  readonly #options: AlertStateOptions

  constructor(options: AlertStateOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#options.pipeline.state.alerts.size
  }

  *versions(shiftMs: number): Generator<Version> {
    const { pipeline, clock } = this.#options
    let held: ReadonlySet<string> | undefined
    for (const alert of pipeline.alerts()) {
      const { fingerprint } = alert.labels
      const nowMs = clock.nowMs()
      if (isResolved(alert, nowMs)) {
        held ??= pipeline.state.groups.heldAlerts()
        if (!held.has(fingerprint)) continue
      }
      yield [fingerprint, hashAlert(alert, nowMs, shiftMs)]
    }
  }

  encode(id: string, shiftMs: number): string | undefined {
    const { pipeline, tombstones } = this.#options
    const alert = pipeline.state.alerts.get(id)
    if (alert !== undefined) return encodeAlert(alert, pipeline.flushDelays(alert.labels), shiftMs)
    const tombstone = tombstones.get(id)
    return tombstone && encodeEnd(id, tombstone, shiftMs)
  }

  /** The end of an alert, if the one that another member knows is not the last word. */
  encodeEnd(id: string, knownEndMs: number, shiftMs: number): string | undefined {
    const { pipeline, tombstones, clock } = this.#options
    const alert = pipeline.state.alerts.get(id)
    const end = alert ?? tombstones.get(id)
    if (end === undefined) return undefined
    const isNews = end.endsAt.ms > knownEndMs || end.endsAt.ms <= clock.nowMs()
    return isNews ? encodeEnd(id, end, shiftMs) : undefined
  }

  merge(records: readonly unknown[], shiftMs: number): MergeResult {
    const { pipeline, tombstones, clock, onMerged } = this.#options
    const nowMs = clock.nowMs()
    const options = { nowMs, shiftMs, matcherMode: pipeline.config.matcherMode }
    const merging = new Merging()
    const read = (record: Readonly<Record<string, unknown>>): Replica | undefined => {
      const fingerprint = readFingerprint(record)
      if (fingerprint === undefined) return readAlert(record, options)
      const end = readEnd(record, options)
      const known = pipeline.state.alerts.get(fingerprint)
      return known && { alert: { ...known, ...end }, delays: new Map() }
    }
    const replicas: Replica[] = []
    for (const replica of readEach(records, read, (why) => merging.refuse(why))) {
      if (replica === undefined) continue
      const { alert } = replica
      const { fingerprint } = alert.labels
      const isKnown = pipeline.state.alerts.has(fingerprint)
      if (!isKnown && tombstones.outranking(alert) !== undefined) merging.add(fingerprint, false, false)
      else replicas.push(replica)
    }
    const changed = pipeline.merge(replicas)
    const news = new Set(changed.map(({ labels }) => labels.fingerprint))
    for (const { alert } of replicas) {
      const { fingerprint } = alert.labels
      const known = pipeline.state.alerts.get(fingerprint)
      if (known === undefined) merging.refuse('there are too many alerts')
      else merging.add(fingerprint, news.has(fingerprint), hashAlert(known, nowMs, 0) === hashAlert(alert, nowMs, 0))
    }
    if (changed.length > 0) onMerged(changed)
    return merging.result
  }
}

import type { Clock } from '#lib/clock.ts'
import type { ContainerLog } from '../tail/container-log.ts'
import type { SourceFile } from '../tail/source-file.ts'
import { RecordTime } from './record-time.ts'

/** How far delivery is behind what a container has written; all its runs together, as metrics name them. */
export interface ContainerLag {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** The path of a log that is no container's, for which the names are empty; else empty. */
  readonly file: string
  /** Bytes of its files that are not acknowledged. */
  readonly bytesBehind: number
  /** Age of the oldest record that is not acknowledged; 0 if all are. */
  readonly secondsBehind: number
  /** Bytes of its runs that were decoded so far; those of a run that is over and done with do not count any more. */
  readonly readBytes: number
}

export interface NodeLag {
  readonly bytesBehind: number
  /** The most that any container is; of those with the most bytes behind, if very many are behind at once. */
  readonly secondsBehind: number
  /** Bytes that were not decoded yet. */
  readonly unreadBytes: number
  /** Bytes of files that have no name any more, held by our descriptors only. */
  readonly unlinkedBytes: number
  /** Bytes of files that have no name any more but the one in the spool. */
  readonly spoolBytes: number
  readonly files: number
  readonly containerCount: number
  /** Those with the most bytes behind first, then in the order that was asked for. */
  readonly containers: readonly ContainerLag[]
}

export interface LagSurveyOptions {
  readonly logs: () => Iterable<ContainerLog>
  readonly clock: Clock
  /** Most containers that are told of one by one. */
  readonly maxContainers: number
}

/** Of so many containers the age is found out, however few are told of one by one. */
const FEWEST_LOOKED_AT = 100

/** A container while it is looked at. */
interface Tally {
  readonly log: ContainerLog
  bytesBehind: number
  readBytes: number
  activeAtMs: number
  /** The first file of each run that is not acknowledged to its end, and when it was last written to. */
  readonly pending: { readonly file: SourceFile; readonly modifiedAtMs: number }[]
}

/**
 * Looks at every open file and tells what is behind: one fstat a file, and one short read a container that is behind.
 * Nothing is kept up to date for it, so it costs only when somebody asks.
 */
export class LagSurvey {
  readonly #options: LagSurveyOptions
  readonly #time = new RecordTime()

  constructor(options: LagSurveyOptions) {
    this.#options = options
  }

  /**
   * @param order of the containers with nothing behind: by name, so that the same ones are told of again and again, or
   *   the latest ones first
   */
  take(maxContainers = this.#options.maxContainers, order: 'name' | 'activity' = 'name'): NodeLag {
    const tallies = new Map<string, Tally>()
    let [bytesBehind, unreadBytes, unlinkedBytes, spoolBytes, files] = [0, 0, 0, 0, 0]
    for (const log of this.#options.logs()) {
      const tally = tallyOf(tallies, log)
      tally.readBytes += log.readBytes
      tally.activeAtMs = Math.max(tally.activeAtMs, log.activeAtMs)
      let isFirst = true
      for (const file of log.files) {
        const { sizeBytes, diskBytes, modifiedAtMs, linked } = file.stat()
        const behind = Math.max(0, sizeBytes - file.acked.offset)
        files += 1
        bytesBehind += behind
        unreadBytes += Math.max(0, sizeBytes - file.offset)
        if (!linked && file.spoolPath === undefined) unlinkedBytes += diskBytes
        if (!linked && file.spoolPath !== undefined) spoolBytes += diskBytes
        if (behind === 0) continue
        tally.bytesBehind += behind
        if (isFirst) tally.pending.push({ file, modifiedAtMs })
        isFirst = false
      }
    }
    const looked = [...tallies.values()]
      .sort(order === 'name' ? byBytesThenName : byBytesThenActivity)
      .slice(0, Math.max(maxContainers, FEWEST_LOOKED_AT))
      .map((tally) => this.#lagOf(tally))
    const secondsBehind = looked.reduce((most, { secondsBehind: seconds }) => Math.max(most, seconds), 0)
    const containers = looked.slice(0, maxContainers)
    const containerCount = tallies.size
    return { bytesBehind, secondsBehind, unreadBytes, unlinkedBytes, spoolBytes, files, containerCount, containers }
  }

  #lagOf({ log, bytesBehind, readBytes, pending }: Tally): ContainerLag {
    const { namespace, pod, container } = log.names
    const nowMs = this.#options.clock.nowMs()
    let secondsBehind = 0
    for (const { file, modifiedAtMs } of pending) {
      const ageMs = nowMs - this.#time.ofOldestUnacknowledged(file, log.handling.decoder, modifiedAtMs)
      secondsBehind = Math.max(secondsBehind, ageMs / 1000)
    }
    return { namespace, pod, container, file: log.file, bytesBehind, secondsBehind, readBytes }
  }
}

function tallyOf(tallies: Map<string, Tally>, log: ContainerLog): Tally {
  const { namespace, pod, container } = log.names
  // A pod of a StatefulSet comes back under its name: as metrics name it, it is the same.
  const key = `${namespace}/${pod}/${container}${log.file}`
  const known = tallies.get(key)
  if (known !== undefined) return known
  const tally = { log, bytesBehind: 0, readBytes: 0, activeAtMs: 0, pending: [] }
  tallies.set(key, tally)
  return tally
}

function byBytesThenActivity(a: Tally, b: Tally): number {
  return b.bytesBehind - a.bytesBehind || b.activeAtMs - a.activeAtMs || byBytesThenName(a, b)
}

function byBytesThenName(a: Tally, b: Tally): number {
  if (a.bytesBehind !== b.bytesBehind) return b.bytesBehind - a.bytesBehind
  return compare(a.log.names.namespace, b.log.names.namespace) || compare(a.log.directory, b.log.directory)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

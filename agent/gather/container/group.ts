import { isDeepStrictEqual } from 'node:util'
import type { EncodedLabels } from '../labels.ts'
import type { DiskTable } from './disk-stats.ts'
import { type FileHolder, NOT_OPEN } from './held-files.ts'
import type { ProcessInfo } from './process-info.ts'

export type Pairs = readonly (readonly [name: string, value: string])[]

/** What its series are of. */
export interface GroupIdentity {
  readonly kind: 'container' | 'sandbox' | 'pod' | 'slice'
  /** Labels that all its series have. */
  readonly pairs: Pairs
  /** Epoch milliseconds; counters count since then. */
  readonly startMs: number
}

/** A control group: what is kept of it from round to round. */
export class Group implements FileHolder {
  /** From the root of the tree, as in the label `id`. */
  readonly path: string
  /** The runtime's id; empty for a group above containers. */
  readonly containerId: string
  readonly descriptors: Int32Array
  readonly values: Float64Array
  readonly disks: DiskTable = new Map()
  /** Monotonic. */
  readonly firstSeenMs: number
  /** Rounds in which it was read. */
  rounds = 0
  /** Its directory was removed, whatever there is now by its name. */
  isGone = false
  /** Its first process, once it was looked at. */
  process: ProcessInfo | undefined
  /** Undefined as long as it is not known what it is. */
  identity: GroupIdentity | undefined
  /** Labels of its series, by what they have beyond the identity's. */
  readonly labels = new Map<string, EncodedLabels>()
  /** What the labels have that are encoded. */
  #labelled: Pairs | undefined
  readonly #pathOf: GroupOptions['pathOf']

  constructor({ path, containerId, firstSeenMs, files, values, pathOf }: GroupOptions) {
    this.path = path
    this.containerId = containerId
    this.firstSeenMs = firstSeenMs
    this.descriptors = new Int32Array(files).fill(NOT_OPEN)
    this.values = new Float64Array(values).fill(Number.NaN)
    this.#pathOf = pathOf
  }

  pathOf(file: number, attempt: number): string | undefined {
    return this.#pathOf(this.path, file, attempt)
  }

  /** Says what it is; series under other labels end by not coming any more. */
  identify(identity: GroupIdentity): void {
    if (!isDeepStrictEqual(this.#labelled, identity.pairs)) this.labels.clear()
    this.#labelled = identity.pairs
    this.identity = identity
  }

  /** Another group was here before. If its labels are the same, so are its series: they must not end with it. */
  inheritLabels({ labels, identity }: Group): void {
    for (const [key, encoded] of labels) this.labels.set(key, encoded)
    this.#labelled = identity?.pairs
  }
}

export interface GroupOptions {
  readonly path: string
  readonly containerId: string
  readonly firstSeenMs: number
  /** How many files it has. */
  readonly files: number
  /** How many values. */
  readonly values: number
  readonly pathOf: (path: string, file: number, attempt: number) => string | undefined
}

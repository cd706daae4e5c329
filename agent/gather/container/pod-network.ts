import type { Group } from './group.ts'
import { type HeldFiles, NOTHING } from './held-files.ts'
import { type InterfaceStats, isIgnoredInterface, readInterfaces } from './interface-stats.ts'
import type { PodGroup } from './pod-group.ts'
import type { SeriesWriter } from './series-writer.ts'
import type { SyncFiles } from './sync-files.ts'

export interface PodNetworkOptions {
  readonly held: HeldFiles
  readonly files: SyncFiles
  readonly procRoot: string
  readonly writer: SeriesWriter
}

/** More is no network of a pod. */
const MAX_INTERFACES = 64

/**
 * Counters of pods' networks, which no control group has: a process of the pod shows them. There are none of pods that have
 * the node's network, each of which would show all of its traffic.
 */
export class PodNetwork {
  readonly #options: PodNetworkOptions
  readonly #stats: InterfaceStats = {
    ...{ receivedBytes: 0, receivedPackets: 0, receivedErrors: 0, receivedDropped: 0 },
    ...{ sentBytes: 0, sentPackets: 0, sentErrors: 0, sentDropped: 0 },
  }

  constructor(options: PodNetworkOptions) {
    this.#options = options
  }

  /**
   * @param owner whose labels the series get
   * @param pid a process of the pod, or 0 if none is known
   */
  write({ pod }: PodGroup, owner: Group, pid: number): void {
    if (pid === 0 || (pod === undefined ? this.#isOfNode(pid) : pod.isHostNetwork)) return
    const { held, procRoot, writer } = this.#options
    // Not kept open: that would keep the network of a pod that is gone.
    const length = held.readPath(`${procRoot}/${pid}/net/dev`)
    if (length <= NOTHING) return
    let interfaces = 0
    readInterfaces(held.bytes, length, this.#stats, (name, stats) => {
      if (isIgnoredInterface(name) || interfaces++ >= MAX_INTERFACES) return
      writer.writeInterface(owner, name, stats)
    })
  }

  /** Whether a process has the node's network, or it can't be told. */
  #isOfNode(pid: number): boolean {
    const { files, procRoot } = this.#options
    try {
      return files.readlinkSync(`${procRoot}/${pid}/ns/net`) === files.readlinkSync(`${procRoot}/1/ns/net`)
    } catch {
      return true
    }
  }
}

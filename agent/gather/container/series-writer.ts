import type { FamilyPoints } from '../family-points.ts'
import type { FamilySpec } from '../family-spec.ts'
import { type EncodedLabels, encodeLabels } from '../labels.ts'
import type { TargetMetrics } from '../target-metrics.ts'
import type { DeviceNames } from './device-names.ts'
import type { Group, Pairs } from './group.ts'
import type { InterfaceStats } from './interface-stats.ts'
import { type DiskValue, type InterfaceValue, type ListedMetric, OOM_METRIC, type ValueRow } from './metric-table.ts'
import { type Place, placeOf, VALUE } from './values.ts'

/** Which metrics are wanted. */
export interface WantedMetrics {
  readonly rows: readonly (Omit<ValueRow, 'value' | 'key' | 'isDefault'> & { readonly value: Place })[]
  readonly disks: readonly ListedMetric<DiskValue>[]
  readonly network: readonly ListedMetric<InterfaceValue>[]
  readonly oom: boolean
}

interface CompiledRow {
  readonly spec: FamilySpec
  readonly place: number
  readonly extra: Pairs
  /** Tells rows apart whose labels are not the same. */
  readonly labelKey: string
  readonly isCounter: boolean
  readonly needsQuota: boolean
}

/** Writes the series of groups. Labels are encoded once for each group, and families looked up once a round. */
export class SeriesWriter {
  readonly #target: TargetMetrics
  readonly #devices: DeviceNames
  readonly #rows: readonly CompiledRow[]
  readonly #wanted: WantedMetrics
  #families: FamilyPoints[] = []
  #round = 0
  #nowSeconds = 0

  constructor({
    target,
    devices,
    wanted,
  }: {
    readonly target: TargetMetrics
    readonly devices: DeviceNames
    readonly wanted: WantedMetrics
  }) {
    this.#target = target
    this.#devices = devices
    this.#wanted = wanted
    this.#rows = wanted.rows.map(({ spec, value, labels, needsQuota }) => ({
      ...{ spec, place: placeOf(value), extra: labels, needsQuota, isCounter: spec.type === 'counter' },
      labelKey: labels.map(([name, text]) => `${name}=${text}`).join(),
    }))
  }

  /** The target has begun a round. */
  begin(round: number, nowMs: number): void {
    this.#round = round
    this.#nowSeconds = Math.floor(nowMs / 1000)
    this.#families = this.#rows.map(({ spec }) => this.#target.family(spec))
  }

  /** What was read of a group that is known. */
  writeGroup(group: Group): void {
    const { values, identity } = group
    if (identity === undefined) return
    const { startMs } = identity
    const memory = values[VALUE.memory]!
    const inactive = values[VALUE.inactiveFile]!
    values[VALUE.workingSet] = inactive > memory ? 0 : memory - (inactive >= 0 ? inactive : 0)
    values[VALUE.startTime] = Math.floor(startMs / 1000)
    values[VALUE.lastSeen] = this.#nowSeconds
    const hasQuota = values[VALUE.quota]! > 0
    for (let index = 0; index < this.#rows.length; index++) {
      const row = this.#rows[index]!
      const value = values[row.place]!
      if (Number.isNaN(value) || (row.needsQuota && !hasQuota)) continue
      this.#families[index]!.number(labelsOf(group, row.labelKey, row.extra), value, row.isCounter ? startMs : 0)
    }
    if (this.#wanted.disks.length > 0) this.#writeDisks(group, startMs)
  }

  /** An interface of a pod, under the labels of its sandbox. */
  writeInterface(sandbox: Group, name: string, stats: InterfaceStats): void {
    if (sandbox.identity === undefined) return
    const { startMs } = sandbox.identity
    const labels = labelsOf(sandbox, `interface=${name}`, [['interface', name]])
    for (const { spec, value } of this.#wanted.network) this.#target.family(spec).number(labels, stats[value], startMs)
  }

  /**
   * Kills of a container: one series whatever its run, because a run's own would end as soon as there is something to
   * count. So it is of the pod's group.
   */
  writeOomKills(pod: Group, container: string, image: string, kills: number): void {
    if (pod.identity === undefined) return
    const key = `oom=${container}`
    let labels = pod.labels.get(key)
    if (labels === undefined) {
      const own = new Map(pod.identity.pairs).set('container', container).set('image', image)
      labels = encodeLabels(own)
      pod.labels.set(key, labels)
    }
    this.#target.family(OOM_METRIC).number(labels, kills, pod.identity.startMs)
  }

  #writeDisks(group: Group, startMs: number): void {
    for (const [device, stats] of group.disks) {
      if (stats.round !== this.#round) {
        group.disks.delete(device)
        continue
      }
      const name = this.#devices.nameOf(device, this.#round)
      const labels = labelsOf(group, `device=${name}`, [['device', name]])
      for (const { spec, value } of this.#wanted.disks) this.#target.family(spec).number(labels, stats[value], startMs)
    }
  }
}

function labelsOf(group: Group, key: string, extra: Pairs): EncodedLabels {
  let labels = group.labels.get(key)
  if (labels === undefined) {
    labels = encodeLabels([...group.identity!.pairs, ...extra])
    group.labels.set(key, labels)
  }
  return labels
}

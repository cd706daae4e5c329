import { dirname } from 'node:path'
import { gauge } from '../family-spec.ts'
import { type EncodedLabels, encodeLabels } from '../labels.ts'
import type { TargetMetrics } from '../target-metrics.ts'
import type { Pairs } from './group.ts'
import { type HeldFiles, NOTHING } from './held-files.ts'

const CORES = gauge('machine_cpu_cores', 'Logical CPUs of the node.')
const MEMORY = gauge('machine_memory_bytes', 'Memory of the node.')
const VERSION = gauge('cadvisor_version_info', 'Versions of the node, and of the agent in the place of cAdvisor.')
/** CPUs and memory may be plugged in, but seldom are. */
const ROUNDS = 6
const CPU = /^cpu\d+ /gm
const MEM_TOTAL = /^MemTotal: +(\d+) kB$/m
const PRETTY_NAME = /^PRETTY_NAME="?([^"\n]*)"?$/m

export interface MachineOptions {
  readonly held: HeldFiles
  readonly procRoot: string
  /** Where /sys is, the parent of the cgroup file systems. */
  readonly sysRoot: string
  readonly version: string
  readonly labels: Pairs
  readonly isWanted: (name: string) => boolean
}

/** What cAdvisor tells of the node itself. */
export class Machine {
  readonly #options: MachineOptions
  #cores: number | undefined
  #memoryBytes: number | undefined
  #rounds = 0
  #labels: { readonly machine: EncodedLabels; readonly version: EncodedLabels } | undefined

  constructor(options: MachineOptions) {
    this.#options = options
  }

  write(target: TargetMetrics): void {
    const { isWanted, procRoot } = this.#options
    this.#labels ??= this.#makeLabels()
    const { machine, version } = this.#labels
    if (this.#rounds++ % ROUNDS === 0) {
      this.#cores = this.#read(`${procRoot}/stat`).match(CPU)?.length
      const kibibytes = MEM_TOTAL.exec(this.#read(`${procRoot}/meminfo`))?.[1]
      this.#memoryBytes = kibibytes === undefined ? undefined : Number(kibibytes) * 1024
    }
    if (this.#cores !== undefined && isWanted(CORES.name)) target.family(CORES).number(machine, this.#cores)
    if (this.#memoryBytes !== undefined && isWanted(MEMORY.name)) {
      target.family(MEMORY).number(machine, this.#memoryBytes)
    }
    if (isWanted(VERSION.name)) target.family(VERSION).number(version, 1)
  }

  #makeLabels() {
    const { procRoot, sysRoot, version, labels } = this.#options
    const machine = [
      ['boot_id', this.#read(`${procRoot}/sys/kernel/random/boot_id`).trim()],
      ['machine_id', this.#readOfNode('etc/machine-id').trim()],
      ['system_uuid', this.#read(`${sysRoot}/class/dmi/id/product_uuid`).trim().toLowerCase()],
    ] as const
    const versions = [
      ['cadvisorRevision', ''],
      ['cadvisorVersion', version],
      ['dockerVersion', ''],
      ['kernelVersion', this.#read(`${procRoot}/sys/kernel/osrelease`).trim()],
      ['osVersion', PRETTY_NAME.exec(this.#readOfNode('etc/os-release'))?.[1] ?? ''],
    ] as const
    return { machine: encodeLabels([...machine, ...labels]), version: encodeLabels([...versions, ...labels]) }
  }

  /** A file of the node: beside its /proc where all of it is mounted, or by its first process, if that is allowed. */
  #readOfNode(path: string): string {
    const { procRoot } = this.#options
    const besides = procRoot === '/proc' ? '' : this.#read(`${dirname(procRoot)}/${path}`)
    return besides || this.#read(`${procRoot}/1/root/${path}`)
  }

  #read(path: string): string {
    const { held } = this.#options
    const length = held.readPath(path, 'quietly')
    return length <= NOTHING ? '' : held.bytes.toString('utf8', 0, length)
  }
}

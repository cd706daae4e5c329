import { integerAt, nextLine } from './byte-scan.ts'
import type { InterfaceValue } from './metric-table.ts'

/** Counters of an interface of a pod. */
export type InterfaceStats = Record<InterfaceValue, number>

/** Ends of the node's side of pods' networks, loopback, and what network plugins add: traffic that is counted elsewhere. */
const IGNORED = ['lo', 'veth', 'docker', 'nerdctl', 'cali', 'cilium', 'cni', 'lxc', 'nodelocaldns', 'tunl']
const SPACE = 0x20
const COLON = 0x3a
const HEADER_LINES = 2
/** By column of `/proc/<pid>/net/dev`, the name not counted. */
const COLUMNS: readonly (InterfaceValue | undefined)[] = [
  ...(['receivedBytes', 'receivedPackets', 'receivedErrors', 'receivedDropped'] as const),
  ...[undefined, undefined, undefined, undefined],
  ...(['sentBytes', 'sentPackets', 'sentErrors', 'sentDropped'] as const),
]

/** Whether there are no series of an interface; cAdvisor leaves out the first four, kube-prometheus-stack drops the others. */
export function isIgnoredInterface(name: string): boolean {
  return IGNORED.some((prefix) => (prefix === 'lo' ? name === 'lo' : name.startsWith(prefix)))
}

/** Tells of each interface in `/proc/<pid>/net/dev`; its numbers are those of the object until the next one is told of. */
export function readInterfaces(
  bytes: Buffer,
  end: number,
  stats: InterfaceStats,
  take: (name: string, stats: InterfaceStats) => void,
): void {
  let line = 0
  for (let at = 0; at < end; at = nextLine(bytes, at, end)) {
    if (line++ < HEADER_LINES) continue
    while (at < end && bytes[at] === SPACE) at++
    let colon = at
    while (colon < end && bytes[colon] !== COLON && bytes[colon]! > SPACE) colon++
    if (bytes[colon] !== COLON) continue
    const name = bytes.toString('latin1', at, colon)
    at = readColumns(bytes, colon + 1, end, stats)
    if (at > 0) take(name, stats)
    else at = colon
  }
}

/** Behind the last column, or 0 if there are too few of them. */
function readColumns(bytes: Uint8Array, start: number, end: number, stats: InterfaceStats): number {
  let at = start
  for (const column of COLUMNS) {
    while (at < end && bytes[at] === SPACE) at++
    const value = integerAt(bytes, at, end)
    if (Number.isNaN(value)) return 0
    if (column !== undefined) stats[column] = value
    while (at < end && bytes[at]! > SPACE) at++
  }
  return at
}

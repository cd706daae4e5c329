import { integerAt, nextLine } from './byte-scan.ts'
import type { DiskValue } from './metric-table.ts'

/** I/O of a group on one device. */
interface DiskStats extends Record<DiskValue, number> {
  /** In which round it was read last. */
  round: number
}

/** By {@link deviceNumber}. */
export type DiskTable = Map<number, DiskStats>

const SPACE = 0x20
const NEWLINE = 0x0a
const COLON = 0x3a
const ZERO = 0x30
const NINE = 0x39
const MINORS = 2 ** 20

export function deviceNumber(major: number, minor: number): number {
  return major * MINORS + minor
}

/** `8:0`, as the kernel writes it. */
export function printDeviceNumber(device: number): string {
  return `${Math.floor(device / MINORS)}:${device % MINORS}`
}

const KEYS: readonly (readonly [key: Uint8Array, value: DiskValue])[] = [
  [Buffer.from('rbytes='), 'readBytes'],
  [Buffer.from('wbytes='), 'writtenBytes'],
  [Buffer.from('rios='), 'reads'],
  [Buffer.from('wios='), 'writes'],
]

/**
 * Reads `io.stat` of cgroup v2: `8:0 rbytes=1 wbytes=2 …`. Some kernels put devices without values before another one in
 * its line, and write `(unknown)` for a device that is gone.
 */
export function readIoStat(bytes: Uint8Array, end: number, table: DiskTable, round: number): void {
  let device = Number.NaN
  for (let at = 0; at < end; at++) {
    const start = at
    while (at < end && bytes[at]! > SPACE) at++
    if (bytes[start]! >= ZERO && bytes[start]! <= NINE) device = deviceAt(bytes, start, at)
    else if (!Number.isNaN(device)) takePair(bytes, start, at, device, table, round)
    if (bytes[at] === NEWLINE) device = Number.NaN
  }
}

function takePair(
  bytes: Uint8Array,
  start: number,
  end: number,
  device: number,
  table: DiskTable,
  round: number,
): void {
  for (const [key, value] of KEYS) {
    if (!startsWith(bytes, start, end, key)) continue
    const number = integerAt(bytes, start + key.length, end)
    if (!Number.isNaN(number)) statsOf(table, device, round)[value] = number
    return
  }
}

const READ = Buffer.from('Read ')
const WRITE = Buffer.from('Write ')

/** Reads a blkio file of cgroup v1: `8:0 Read 1`, and lines of other operations and sums. */
export function readBlkio(
  bytes: Uint8Array,
  end: number,
  table: DiskTable,
  round: number,
  [readValue, writeValue]: readonly [DiskValue, DiskValue],
): void {
  for (let at = 0; at < end; at = nextLine(bytes, at, end)) {
    let operation = at
    while (operation < end && bytes[operation]! > SPACE) operation++
    const device = deviceAt(bytes, at, operation)
    operation += 1
    if (Number.isNaN(device)) continue
    if (startsWith(bytes, operation, end, READ)) {
      statsOf(table, device, round)[readValue] = integerAt(bytes, operation + READ.length, end)
    } else if (startsWith(bytes, operation, end, WRITE)) {
      statsOf(table, device, round)[writeValue] = integerAt(bytes, operation + WRITE.length, end)
    }
  }
}

/** `8:0`, or NaN. */
function deviceAt(bytes: Uint8Array, start: number, end: number): number {
  let colon = start
  while (colon < end && bytes[colon] !== COLON) colon++
  return deviceNumber(integerAt(bytes, start, colon), integerAt(bytes, colon + 1, end))
}

function startsWith(bytes: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (end - start < prefix.length) return false
  for (let at = 0; at < prefix.length; at++) if (bytes[start + at] !== prefix[at]) return false
  return true
}

function statsOf(table: DiskTable, device: number, round: number): DiskStats {
  let stats = table.get(device)
  if (stats === undefined) {
    stats = { readBytes: 0, writtenBytes: 0, reads: 0, writes: 0, round }
    table.set(device, stats)
  }
  stats.round = round
  return stats
}

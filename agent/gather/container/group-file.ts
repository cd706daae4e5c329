import { integerAt, nextLine } from './byte-scan.ts'
import type { Controller } from './layout.ts'
import { type Place, placeOf } from './values.ts'

/** A file that every group has, and what is read of it. */
export interface GroupFile {
  readonly controller: Controller
  readonly name: string
  /** Limits: they hardly ever change. */
  readonly isLimit: boolean
  /** Places of the values that it has. */
  readonly yields: readonly number[]
  /** Sets those of its values that stand in the text. */
  read(bytes: Uint8Array, end: number, values: Float64Array): void
}

/** Whose file, and its name. */
type Source = readonly [controller: Controller, name: string]

/** From here on a limit is none: v1 has the greatest number of pages. */
const UNLIMITED = 2 ** 62

/** One number, or `max`. */
export function numberFile([controller, name]: Source, value: Place, divisor = 1): GroupFile {
  const place = placeOf(value)
  return {
    ...{ controller, name, isLimit: false, yields: [place] },
    read(bytes, end, values) {
      values[place] = integerAt(bytes, 0, end) / divisor
    },
  }
}

/** One number that is a limit, or `max` or a huge number for none, which is 0. */
export function limitFile([controller, name]: Source, value: Place): GroupFile {
  const place = placeOf(value)
  return {
    ...{ controller, name, isLimit: true, yields: [place] },
    read(bytes, end, values) {
      const limit = integerAt(bytes, 0, end)
      values[place] = limit < UNLIMITED ? limit : 0
    },
  }
}

interface Wanted {
  readonly key: Uint8Array
  readonly index: number
  readonly divisor: number
}

/** Lines of a key and a number. */
export function keyedFile(
  [controller, name]: Source,
  keys: readonly (readonly [key: string, value: Place, divisor?: number])[],
): GroupFile {
  const byHash = new Map<number, Wanted[]>()
  for (const [key, value, divisor = 1] of keys) {
    const wanted = { key: Buffer.from(key), index: placeOf(value), divisor }
    const hash = hashKey(wanted.key)
    byHash.set(hash, [...(byHash.get(hash) ?? []), wanted])
  }
  return {
    ...{ controller, name, isLimit: false, yields: keys.map(([, value]) => placeOf(value)) },
    read(bytes, end, values) {
      for (let at = 0; at < end; ) {
        const start = at
        let hash = 0
        for (; at < end && bytes[at]! > 0x20; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0
        const wanted = byHash.get(hash)
        if (wanted !== undefined) setWanted(wanted, bytes, start, at, end, values)
        at = nextLine(bytes, at, end)
      }
    },
  }
}

function hashKey(key: Uint8Array): number {
  let hash = 0
  for (const byte of key) hash = (Math.imul(hash, 31) + byte) | 0
  return hash
}

function setWanted(
  wanted: readonly Wanted[],
  bytes: Uint8Array,
  start: number,
  keyEnd: number,
  end: number,
  values: Float64Array,
): void {
  for (const { key, index, divisor } of wanted) {
    if (isKey(key, bytes, start, keyEnd)) values[index] = integerAt(bytes, keyEnd + 1, end) / divisor
  }
}

function isKey(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== key.length) return false
  for (let at = 0; at < key.length; at++) if (bytes[start + at] !== key[at]) return false
  return true
}

const TOTAL = Buffer.from('total=')
const SOME = 0x73
const MICROSECONDS = 1e6

/** `some avg10=… total=<microseconds>`, and the same for `full`, which old kernels lack for the CPU. */
export function pressureFile(name: string, waiting: Place, stalled: Place): GroupFile {
  const some = placeOf(waiting)
  const full = placeOf(stalled)
  return {
    ...{ controller: 'unified', name, isLimit: false, yields: [some, full] },
    read(bytes, end, values) {
      for (let at = 0; at < end; ) {
        const index = bytes[at] === SOME ? some : full
        const next = nextLine(bytes, at, end)
        const total = next - at > TOTAL.length ? lastWordAt(bytes, at, next) : at
        if (isKey(TOTAL, bytes, total, total + TOTAL.length)) {
          values[index] = integerAt(bytes, total + TOTAL.length, end) / MICROSECONDS
        }
        at = next
      }
    },
  }
}

function lastWordAt(bytes: Uint8Array, start: number, end: number): number {
  let at = end - 1
  while (at > start && bytes[at - 1] !== 0x20) at--
  return at
}

const QUOTA = placeOf('quota')
const PERIOD = placeOf('period')
const SHARES = placeOf('shares')

/** `<quota> <period>` in microseconds, or `max <period>`. */
export function cpuMaxFile(): GroupFile {
  return {
    ...{ controller: 'cpu', name: 'cpu.max', isLimit: true, yields: [QUOTA, PERIOD] },
    read(bytes, end, values) {
      const quota = integerAt(bytes, 0, end)
      values[QUOTA] = Number.isNaN(quota) ? 0 : quota
      const space = bytes.indexOf(0x20)
      values[PERIOD] = space < 0 || space >= end ? Number.NaN : integerAt(bytes, space + 1, end)
    },
  }
}

/** v1: `-1` is no quota. */
export function quotaFile(): GroupFile {
  return {
    ...{ controller: 'cpu', name: 'cpu.cfs_quota_us', isLimit: true, yields: [QUOTA] },
    read(bytes, end, values) {
      const quota = integerAt(bytes, 0, end)
      values[QUOTA] = Number.isNaN(quota) ? 0 : quota
    },
  }
}

/** The weight of v2, 1 to 10000, as shares of v1, 2 to 262144: the way back from how runtimes make the one of the other. */
export function weightFile(): GroupFile {
  return {
    ...{ controller: 'cpu', name: 'cpu.weight', isLimit: true, yields: [SHARES] },
    read(bytes, end, values) {
      const weight = integerAt(bytes, 0, end)
      values[SHARES] = weight >= 1 ? Math.floor(2 + ((weight - 1) * 262_142) / 9_999) : Number.NaN
    },
  }
}

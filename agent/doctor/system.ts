import { readFileSync } from 'node:fs'
import type { Environment } from '#lib/config/expand.ts'

/** The machine as the checks see it; passed in, so that tests can have another one. */
export interface System {
  readonly env: Environment
  /** The text of a file below /proc or /sys; undefined if it is not there or cannot be read. */
  readonly read: (path: string) => string | undefined
}

export const thisSystem: System = {
  env: process.env,
  read(path) {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return undefined
    }
  },
}

/** Bits of a capability set, of capability(7). */
const DAC_OVERRIDE = 1n << 1n
const DAC_READ_SEARCH = 1n << 2n

export interface Rights {
  readonly uid: number
  /** Whether permissions of files do not matter for reading. */
  readonly readsAll: boolean
}

/** What this process may do. */
export function rightsOf({ read }: System): Rights {
  const status = read('/proc/self/status') ?? ''
  const uid = Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? -1)
  const effective = BigInt(`0x${/^CapEff:\s+([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`)
  return { uid, readsAll: (effective & (DAC_OVERRIDE | DAC_READ_SEARCH)) !== 0n }
}

/** The number in a file of one; undefined if there is none. */
export function readNumber({ read }: System, path: string): number | undefined {
  const text = read(path)?.trim() ?? ''
  return /^\d+$/.test(text) ? Number(text) : undefined
}

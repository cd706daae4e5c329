import { parseBytes } from '#lib/bytes.ts'

/** What happens to records beyond a limit. */
export const RATE_POLICIES = ['delay', 'sample', 'drop'] as const
export type RatePolicy = (typeof RATE_POLICIES)[number]

/** How much a container may write. */
export interface RateLimit {
  readonly unit: 'records' | 'bytes'
  readonly perSecond: number
  /** Undefined where it is left to the configuration. */
  readonly policy: RatePolicy | undefined
}

/** Parses `1000/s` (records), `1MiB/s` (bytes), and either with a policy behind a blank; undefined for anything else. */
export function parseRateLimit(text: string): RateLimit | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,3})?)([A-Za-z]{0,3})\/s(?: +([a-z]+))?$/.exec(text.trim())
  if (match === null) return undefined
  const [, amount, unit, word] = match
  const policy = RATE_POLICIES.find((name) => name === word)
  if (word !== undefined && policy === undefined) return undefined
  const perSecond = unit === '' ? Number(amount) : parseBytes(`${amount}${unit}`)
  if (perSecond === undefined || perSecond <= 0) return undefined
  return { unit: unit === '' ? 'records' : 'bytes', perSecond, policy }
}

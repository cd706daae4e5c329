import type { SharedState, Version } from './shared-state.ts'

/** Most buckets of a digest, a power of two. */
export const MAX_BUCKETS = 4_096
const MIN_BUCKETS = 16
const RECORDS_PER_BUCKET = 32
/** What is looked at before others get their turn: a millisecond or so. */
const ITEMS_PER_TURN = 2_000

/** Lets others have their turn. */
export type Pause = () => Promise<void>

/** How many buckets a digest of so many records has. */
export function bucketsFor(records: number): number {
  let buckets = MIN_BUCKETS
  while (buckets < MAX_BUCKETS && buckets * RECORDS_PER_BUCKET < records) buckets *= 2
  return buckets
}

/** 32 bits; FNV-1a over the units of the text. For the short texts that there are it takes less than a call of zlib. */
export function hashText(text: string, seed = 0x811c_9dc5): number {
  let hash = seed
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193)
  return mix(hash)
}

/** A hash of something of which another one is known, and of an integer. */
export function mixNumber(hash: number, number: number): number {
  return mix(Math.imul(mix(hash ^ (number | 0)) + 0x9e37_79b9, 0x85eb_ca6b) ^ Math.floor(number / 0x1_0000_0000))
}

function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** The bucket of a record, of so many. */
export function bucketOf(id: string, buckets: number): number {
  return hashText(id) & (buckets - 1)
}

/** A number for each bucket that differs, but for chance, where what is in the bucket differs. */
export async function digestOf(
  state: SharedState,
  { buckets, shiftMs }: { readonly buckets: number; readonly shiftMs: number },
  pause: Pause,
): Promise<Uint32Array> {
  const sums = new Uint32Array(buckets)
  const add = ([id, hash]: Version): void => {
    const idHash = hashText(id)
    const bucket = idHash & (buckets - 1)
    // Mixed again: two records that swap their versions are a difference.
    sums[bucket] = sums[bucket]! + (Math.imul(idHash ^ (hash >>> 15), 0x9e37_79b1) ^ Math.imul(hash, 0xc2b2_ae3d))
  }
  await eachInTurns(state.versions(shiftMs), add, pause)
  return sums
}

/** Goes through a state without keeping others waiting. What changes meanwhile may or may not be seen. */
export async function eachInTurns<T>(items: Iterable<T>, take: (item: T) => void, pause: Pause): Promise<void> {
  let count = 0
  for (const item of items) {
    if (++count % ITEMS_PER_TURN === 0) await pause()
    take(item)
  }
}

import { bucketOf, bucketsFor, digestOf, eachInTurns, MAX_BUCKETS, type Pause } from './digest.ts'
import { BadRecord, readInteger, readList, readText } from './read-record.ts'
import type { SharedState, Version } from './shared-state.ts'

/** Most records that one message of a comparison names. */
const VERSIONS_PER_MESSAGE = 2_000
/** Most versions that another member may list in one comparison. */
const MAX_LISTED = 4_000_000

export interface ComparisonOptions {
  readonly state: SharedState
  readonly shiftMs: number
  readonly pause: Pause
}

/** Versions that one member has in buckets that differ; flattened, as they are sent. */
export interface Listing {
  readonly buckets: readonly number[]
  readonly versions: readonly (string | number)[]
  readonly isLast: boolean
}

/** The digest of a state, to be compared by another member. */
export async function describe({ state, shiftMs, pause }: ComparisonOptions): Promise<readonly number[]> {
  return [...(await digestOf(state, { buckets: bucketsFor(state.size), shiftMs }, pause))]
}

/** What this member has where its state differs from the digest of another one, in messages of bounded size. */
export async function listDifferences(
  digest: unknown,
  { state, shiftMs, pause }: ComparisonOptions,
  send: (listing: Listing) => void,
): Promise<void> {
  const theirs = readList(digest, MAX_BUCKETS).map((sum) => readInteger(sum, 0, 2 ** 32 - 1))
  const count = theirs.length
  if (count === 0 || (count & (count - 1)) !== 0) throw new BadRecord('the buckets of a digest are no power of two')
  const ours = await digestOf(state, { buckets: count, shiftMs }, pause)
  const differing = theirs.keys().filter((bucket) => ours[bucket] !== theirs[bucket])
  const buckets = new Set(differing)
  let versions: (string | number)[] = []
  const list = ([id, hash]: Version): void => {
    if (!buckets.has(bucketOf(id, count))) return
    versions.push(id, hash)
    if (versions.length < 2 * VERSIONS_PER_MESSAGE) return
    send({ buckets: [], versions, isLast: false })
    versions = []
  }
  if (buckets.size > 0) await eachInTurns(state.versions(shiftMs), list, pause)
  send({ buckets: [...buckets], versions, isLast: true })
}

/** Collects what another member lists, and finds out what either lacks. */
export class Differences {
  readonly #theirs = new Map<string, number>()

  /** Takes a message of the listing. */
  take(versions: unknown): void {
    const list = readList(versions, 2 * VERSIONS_PER_MESSAGE + 2)
    if (this.#theirs.size + list.length / 2 > MAX_LISTED) throw new BadRecord('another member lists too much')
    for (let at = 0; at < list.length; at += 2) {
      this.#theirs.set(readText(list[at]), readInteger(list[at + 1], 0, 2 ** 32 - 1))
    }
  }

  /**
   * @param ours takes ids of records that the other member should have
   * @returns the ids of records that it should send: of those that differ, and those that are missing here
   */
  async find(
    { buckets, count }: { readonly buckets: unknown; readonly count: number },
    { state, shiftMs, pause }: ComparisonOptions,
    ours: (id: string) => void,
  ): Promise<readonly string[]> {
    const differing = new Set(readList(buckets, MAX_BUCKETS).map((bucket) => readInteger(bucket, 0, count - 1)))
    const look = ([id, hash]: Version): void => {
      if (!differing.has(bucketOf(id, count))) return
      if (this.#theirs.get(id) === hash) this.#theirs.delete(id)
      else ours(id)
    }
    if (differing.size > 0) await eachInTurns(state.versions(shiftMs), look, pause)
    return [...this.#theirs.keys()]
  }
}

/** Ids in messages of bounded size; at least one message. */
export function inParts<T>(items: readonly T[]): readonly (readonly T[])[] {
  const parts: T[][] = []
  for (let at = 0; at === 0 || at < items.length; at += VERSIONS_PER_MESSAGE) {
    parts.push(items.slice(at, at + VERSIONS_PER_MESSAGE))
  }
  return parts
}

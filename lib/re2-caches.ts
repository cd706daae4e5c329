import type { RE2JS } from 're2js'

/** What a pattern has learnt of texts: states of a machine, made as texts need them. */
type Cache = ReturnType<RE2JS['re2']>['dfa']

/**
 * Most that the caches of all patterns of the process take together, in bytes, as the library reckons, which is what they
 * take of the heap (measured). By itself the library bounds each one only, to 8 MiB, and whoever may make a silence may
 * bring hundreds. Patterns that people write need some KiB.
 */
export const MAX_CACHE_BYTES = 64 * 1_048_576
/** Growth after which they are looked at: many states, each of which took microseconds. */
const LOOK_BYTES = 1_048_576

const known = new WeakSet<Cache>()
let caches: WeakRef<Cache>[] = []
let grown = 0

/** What the caches of all patterns take at present, in bytes. */
export function patternCacheBytes(): number {
  return living().reduce((total, cache) => total + sizeOf(cache), 0)
}

/**
 * Bounds what the caches of all patterns take together. When they take too much, those of other patterns than the one in
 * use are emptied, the largest first: what they have learnt they learn again. The library has no hook, so this looks on
 * where states are made, which is where time goes anyhow; a text of which all states are known costs nothing more.
 *
 * @param pattern any one: they all share their class
 */
export function boundPatternCaches(pattern: RE2JS): void {
  const prototype = Object.getPrototypeOf(pattern.re2().dfa) as Cache
  const { getState, allocTable } = prototype
  prototype.getState = function (this: Cache, ...of) {
    return growing(this, () => getState.apply(this, of) as unknown)
  }
  prototype.allocTable = function (this: Cache, ...of) {
    return growing(this, () => allocTable.apply(this, of))
  }
}

function growing<T>(cache: Cache, grow: () => T): T {
  if (!known.has(cache)) {
    known.add(cache)
    caches.push(new WeakRef(cache))
  }
  const before = cache.memBudget
  const result = grow()
  grown += before - cache.memBudget
  if (grown > LOOK_BYTES) {
    grown = 0
    empty(cache)
  }
  return result
}

/** Makes room to half of what there may be, so that not every state has to make room anew. */
function empty(inUse: Cache): void {
  const all = living()
  let total = all.reduce((sum, cache) => sum + sizeOf(cache), 0)
  if (total <= MAX_CACHE_BYTES - LOOK_BYTES) return
  const others = all.filter((cache) => cache !== inUse).sort((a, b) => sizeOf(b) - sizeOf(a))
  for (const cache of others) {
    if (total <= MAX_CACHE_BYTES / 2) return
    total -= sizeOf(cache)
    cache.clearCache()
  }
}

function sizeOf({ stateBudget, memBudget }: Cache): number {
  return stateBudget - memBudget
}

/** Those whose patterns are still there. */
function living(): Cache[] {
  const found: Cache[] = []
  caches = caches.filter((reference) => {
    const cache = reference.deref()
    if (cache !== undefined) found.push(cache)
    return cache !== undefined
  })
  return found
}

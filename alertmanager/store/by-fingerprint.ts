/** More alerts than `alerts.limit` allows; with 32 bits of a fingerprint before it, still an exact number. */
const MAX_INDEX = 2 ** 21

/** Things in the order of their fingerprints. As numbers these are sorted ten times as fast as texts. */
export function byFingerprint<T>(things: Iterable<T>, fingerprintOf: (thing: T) => string): readonly T[] {
  const unsorted = Array.from(things)
  const keys = Float64Array.from(unsorted, (thing, index) => {
    return Number.parseInt(fingerprintOf(thing).slice(0, 8), 16) * MAX_INDEX + index
  }).sort()
  const sorted = Array.from(keys, (key) => unsorted[key % MAX_INDEX]!)
  // The first half decides nearly always; where it doesn't, neighbours change places.
  for (let index = 1; index < sorted.length; index++) {
    for (let at = index; at > 0 && fingerprintOf(sorted[at - 1]!) > fingerprintOf(sorted[at]!); at--) {
      const later = sorted[at - 1]!
      sorted[at - 1] = sorted[at]!
      sorted[at] = later
    }
  }
  return sorted
}

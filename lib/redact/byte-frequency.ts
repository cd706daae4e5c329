/** Bytes of logs by how often they occur, roughly: the first ones most. */
const BY_FREQUENCY = ' etaoinsr01lc"d:2m-,p345u6.789h/gf_=bwvykx[]jqz'
/** Pairs that occur more often than their bytes let expect. */
const COMMON_PAIRS = new Set(
  (
    'er re es st ti on in te en at or ed to se ar le nt al co ro me de io is li ra it ta ec ce ne et ct tr om an th he nd ' +
    'ng as ou om ic ea ve ri us ma il un ad pr us di em mp ap pi pa sh pp es pe 20 00 10 01 11 02 12 1- 0: s: e: d: "" .. --'
  ).split(' '),
)
const COMMON_PAIR_FACTOR = 6
const RARE = 0.0005

/** How often one of these bytes stands at some place of a log, roughly. */
export function frequencyOf(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => sum + byteFrequency(byte), 0)
}

/** How often a pair of them stands at some place. */
export function pairFrequency(firsts: readonly number[], seconds: readonly number[]): number {
  let sum = 0
  for (const first of firsts) {
    for (const second of seconds) {
      const factor = COMMON_PAIRS.has(String.fromCharCode(first, second)) ? COMMON_PAIR_FACTOR : 1
      sum += byteFrequency(first) * byteFrequency(second) * factor
    }
  }
  return sum
}

/** From 6 % for the first to what is rare for the last. */
function byteFrequency(byte: number): number {
  const rank = BY_FREQUENCY.indexOf(String.fromCharCode(byte))
  return rank < 0 ? RARE : Math.max(RARE, 0.06 * 0.92 ** rank)
}

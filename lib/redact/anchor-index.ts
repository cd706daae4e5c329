import { frequencyOf, pairFrequency } from './byte-frequency.ts'

/** Shorter anchors can't be looked for. */
const SHORTEST_ANCHOR_BYTES = 3

export interface ScannedAnchor {
  /** Of ASCII characters, at least three of them. */
  readonly text: string
  /** Whether small and capital letters are the same. */
  readonly ignoresCase: boolean
}

/** Is told where anchors stand. */
export interface FoundAnchor {
  foundAnchor(index: number, at: number): void
}

/** Of two pairs that follow each other one is a half of a word. */
const PAIRS_PER_ANCHOR = 2
/** Bits for either half of a word: of what stands beside a pair in its anchor none, one or both bytes are known. */
export const GROUPS = 3
const ANY: readonly number[] = Array.from({ length: 256 }, (_, byte) => byte)
/** Capital letters become small ones; everything else is itself. */
const FOLDED = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte))

/**
 * Anchors by two of their pairs of bytes. A word of four bytes, whose halves are pairs, may have an anchor in it if
 * `lows[first half] & highs[second half]` is not 0: a bit is set in both if one half is a pair of an anchor and the other what
 * stands beside it there, as far as that is known.
 */
export class AnchorIndex {
  /** Bits 0 to 5. */
  readonly lows = new Uint8Array(65_536)
  readonly highs = new Uint8Array(65_536)
  /** By pair: where its places begin and end in `#places`, which has an anchor and an offset for each. */
  readonly #from = new Uint16Array(65_536)
  readonly #to = new Uint16Array(65_536)
  readonly #places: Uint16Array
  readonly #texts: readonly Buffer[]
  readonly #ignoresCase: readonly boolean[]

  constructor(anchors: readonly ScannedAnchor[]) {
    this.#ignoresCase = anchors.map(({ ignoresCase }) => ignoresCase)
    this.#texts = anchors.map(({ text, ignoresCase }) => Buffer.from(ignoresCase ? text.toLowerCase() : text))
    const byPair = new Map<number, number[]>()
    for (const [anchor, text] of this.#texts.entries()) {
      if (text.length < SHORTEST_ANCHOR_BYTES) throw new RangeError(`the anchor ${text.toString()} is too short`)
      const classes = Array.from(text, (byte) => (this.#ignoresCase[anchor] ? bothCases(byte) : [byte]))
      const first = seldomest(classes)
      for (let offset = first; offset < first + PAIRS_PER_ANCHOR; offset++) {
        for (const pair of pairsOf(classes[offset]!, classes[offset + 1]!)) {
          byPair.set(pair, [...(byPair.get(pair) ?? []), anchor, offset])
        }
        this.#mark(classes, offset)
      }
    }
    const places: number[] = []
    for (const [pair, values] of byPair) {
      this.#from[pair] = places.length
      places.push(...values)
      this.#to[pair] = places.length
    }
    this.#places = Uint16Array.from(places)
  }

  /** Tells `sink` of the anchors in `bytes[start, end)` that have this pair at `at`. */
  verify(pair: number, bytes: Buffer, start: number, at: number, end: number, sink: FoundAnchor): void {
    const places = this.#places
    const to = this.#to[pair]!
    for (let index = this.#from[pair]!; index < to; index = (index + 2) | 0) {
      const anchor = places[index]!
      const from = (at - places[index + 1]!) | 0
      if (this.#standsAt(anchor, bytes, start, from, end)) sink.foundAnchor(anchor, from)
    }
  }

  #standsAt(anchor: number, bytes: Buffer, start: number, from: number, end: number): boolean {
    const text = this.#texts[anchor]!
    if (from < start || from + text.length > end) return false
    const ignoresCase = this.#ignoresCase[anchor]
    for (let index = 0; index < text.length; index++) {
      const byte = bytes[(from + index) | 0]!
      if ((ignoresCase ? FOLDED[byte] : byte) !== text[index]) return false
    }
    return true
  }

  #mark(classes: readonly (readonly number[])[], offset: number): void {
    const pairs = pairsOf(classes[offset]!, classes[offset + 1]!)
    const behind = [classes[offset + 2], classes[offset + 3]] as const
    const low = groupOf(behind)
    mark(this.lows, pairs, low)
    mark(this.highs, pairsOf(behind[0] ?? ANY, behind[1] ?? ANY), low)
    const before = [classes[offset - 2], classes[offset - 1]] as const
    const high = groupOf(before) << GROUPS
    mark(this.highs, pairs, high)
    mark(this.lows, pairsOf(before[0] ?? ANY, before[1] ?? ANY), high)
  }
}

/** By how much is known of what stands beside a pair: pairs of which nothing is would spoil the others' bit. */
function groupOf(beside: readonly (readonly number[] | undefined)[]): number {
  return 1 << beside.filter((members) => members !== undefined).length
}

/** Where the two pairs begin by which an anchor is seldom looked at in vain. */
function seldomest(classes: readonly (readonly number[])[]): number {
  const costs = classes.slice(1).map((seconds, offset) => {
    const behind = known(classes[offset + 2]) * known(classes[offset + 3])
    const before = known(classes[offset - 1]) * known(classes[offset - 2])
    return pairFrequency(classes[offset]!, seconds) * (behind + before)
  })
  let best = 0
  for (let offset = 1; offset + 1 < costs.length; offset++) {
    if (costs[offset]! + costs[offset + 1]! < costs[best]! + costs[best + 1]!) best = offset
  }
  return best
}

function known(members: readonly number[] | undefined): number {
  return members === undefined ? 1 : frequencyOf(members)
}

function mark(marks: Uint8Array, pairs: readonly number[], bit: number): void {
  for (const pair of pairs) marks[pair]! |= bit
}

/** Little-endian. */
function pairsOf(firsts: readonly number[], seconds: readonly number[]): readonly number[] {
  return firsts.flatMap((first) => seconds.map((second) => first | (second << 8)))
}

function bothCases(byte: number): readonly number[] {
  return byte >= 97 && byte <= 122 ? [byte, byte - 32] : [byte]
}

import { createCode, type HuffmanCode } from './huffman.ts'

/** RFC 1951, 3.2.5: the first length of each symbol from 257 on, and how many bits follow it. */
const LENGTH_BASES = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
export const END_OF_BLOCK = 256
export const MAX_MATCH = 258
export const MAX_DISTANCE = 32_768
const SYMBOLS = 286
const DISTANCES = 30

/** How the texts of series are coded: made once, for what stands in them. */
export interface LineCode {
  readonly literals: HuffmanCode
  readonly distances: HuffmanCode
  /** By length of a match: the bits of its symbol with those behind it, 16 at the most, and how many they are. */
  readonly lengthBits: Uint16Array
  readonly lengthCounts: Uint8Array
  /** By distance below 257, or 256 more than its upper bits: its symbol. */
  readonly distanceSymbols: Uint8Array
  readonly distanceBases: Uint16Array
  readonly distanceExtraBits: Uint8Array
}

export function createLineCode(): LineCode {
  const literals = createCode(literalWeights())
  const lengthBits = new Uint16Array(MAX_MATCH + 1)
  const lengthCounts = new Uint8Array(MAX_MATCH + 1)
  for (const [index, base] of LENGTH_BASES.entries()) {
    const extraBits = LENGTH_EXTRA[index]!
    const bits = literals.lengths[257 + index]!
    for (let extra = 0; extra < 1 << extraBits && base + extra <= MAX_MATCH; extra++) {
      lengthBits[base + extra] = literals.bits[257 + index]! | (extra << bits)
      lengthCounts[base + extra] = bits + extraBits
    }
  }
  const distanceSymbols = new Uint8Array(512)
  const distanceBases = new Uint16Array(DISTANCES)
  const distanceExtraBits = new Uint8Array(DISTANCES)
  let base = 1
  for (let symbol = 0; symbol < DISTANCES; symbol++) {
    const extraBits = symbol < 4 ? 0 : (symbol >> 1) - 1
    distanceBases[symbol] = base
    distanceExtraBits[symbol] = extraBits
    for (let distance = base; distance < base + (1 << extraBits); distance++) {
      distanceSymbols[slotOf(distance)] = symbol
    }
    base += 1 << extraBits
  }
  return {
    literals,
    distances: createCode(
      Array.from({ length: DISTANCES }, (_, symbol) => (symbol >= 15 && symbol <= 20 ? 20 : symbol >= 11 ? 4 : 1)),
    ),
    ...{ lengthBits, lengthCounts, distanceSymbols, distanceBases, distanceExtraBits },
  }
}

/** Where the symbol of a distance is in the table. */
export function slotOf(distance: number): number {
  return distance <= 256 ? distance - 1 : 256 + ((distance - 1) >> 7)
}

/** What is not like the line before: digits, parts of hashes, ends of values. */
function literalWeights(): number[] {
  const weights = new Array<number>(SYMBOLS).fill(0.02)
  const weigh = (texts: string, weight: number) => {
    for (const unit of texts) weights[unit.charCodeAt(0)] = weight
  }
  weigh('ghijklmnopqrstuvwxyz', 1.5)
  weigh('ABCDEFGHIJKLMNOPQRSTUVWXYZ', 0.3)
  weigh('{"=,_-./:+#', 1)
  weigh('} \n', 8)
  weigh('0123456789', 40)
  weigh('abcdef', 26)
  for (let symbol = 257; symbol < SYMBOLS; symbol++) weights[symbol] = symbol < 270 ? 4 : 3
  return weights
}

/** The head of a block with this code (3.2.7): the lengths of all codes, each in four bits. As values with their bits, in turn. */
export function* blockHead({ literals, distances }: LineCode): Generator<readonly [value: number, bits: number]> {
  // The last block, with a code of its own.
  yield [0b101, 3]
  yield [literals.lengths.length - 257, 5]
  yield [distances.lengths.length - 1, 5]
  yield [19 - 4, 4]
  // Lengths of codes are coded in four bits each; for repetitions there is no code.
  for (const symbol of [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])
    yield [symbol > 15 ? 0 : 4, 3]
  for (const length of [...literals.lengths, ...distances.lengths]) {
    // The code of a length is the number itself, its first bit first.
    yield [((length & 1) << 3) | ((length & 2) << 1) | ((length & 4) >> 1) | ((length & 8) >> 3), 4]
  }
}

/** A Huffman code as deflate writes it: for each symbol the bits, the first one lowest, and how many. */
export interface HuffmanCode {
  readonly bits: Uint16Array
  readonly lengths: Uint8Array
}

/** Deflate's longest. */
const MAX_BITS = 15

/** The best code for symbols of these weights, none of which is longer than deflate allows. */
export function createCode(weights: readonly number[]): HuffmanCode {
  let flattened = weights
  let lengths = lengthsOf(flattened)
  while (Math.max(...lengths) > MAX_BITS) {
    flattened = flattened.map(Math.sqrt)
    lengths = lengthsOf(flattened)
  }
  return { lengths: Uint8Array.from(lengths), bits: canonicalBits(lengths) }
}

interface Tree {
  readonly weight: number
  readonly symbols: readonly number[]
}

function lengthsOf(weights: readonly number[]): number[] {
  const lengths = weights.map(() => 0)
  const trees: Tree[] = weights.map((weight, symbol) => ({ weight, symbols: [symbol] }))
  while (trees.length > 1) {
    trees.sort((a, b) => b.weight - a.weight)
    const [one, other] = [trees.pop()!, trees.pop()!]
    const symbols = [...one.symbols, ...other.symbols]
    for (const symbol of symbols) lengths[symbol]! += 1
    trees.push({ weight: one.weight + other.weight, symbols })
  }
  return lengths
}

/** RFC 1951, 3.2.2. */
function canonicalBits(lengths: readonly number[]): Uint16Array {
  const bits = new Uint16Array(lengths.length)
  let code = 0
  for (let length = 1; length <= MAX_BITS; length++) {
    for (const [symbol, each] of lengths.entries()) {
      if (each !== length) continue
      bits[symbol] = reverse(code, length)
      code += 1
    }
    code <<= 1
  }
  return bits
}

function reverse(code: number, length: number): number {
  let reversed = 0
  for (let bit = 0; bit < length; bit++) if ((code & (1 << bit)) !== 0) reversed |= 1 << (length - 1 - bit)
  return reversed
}

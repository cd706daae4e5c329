import type { Block } from '../../block/block.ts'
import type { Target } from '../evaluate/compile.ts'
import type { Value } from '../evaluate/field-values.ts'
import type { AggregationContext, AggregationNode, Aggregator, Pairs } from './aggregator.ts'
import { FieldSource } from './field-source.ts'
import { cardinalityField } from './metrics.ts'

export function parseCardinality(body: unknown): Omit<AggregationNode, 'meta'> {
  const { field, missing } = cardinalityField(body)
  return { build: (context) => new Cardinality(field, missing, context) }
}

class Cardinality implements Aggregator {
  readonly #source: FieldSource
  readonly #counters: (DistinctCounter | undefined)[] = []
  readonly #scratch: Value[] = []

  constructor(field: string, missing: string | undefined, context: AggregationContext) {
    this.#source = new FieldSource(field, context, missing)
  }

  collect(block: Block, target: Target, { rows, owners, count }: Pairs): void {
    const values = this.#source.in(block, target)
    for (let pair = 0; pair < count; pair++) {
      this.#scratch.length = 0
      values.read(rows[pair]!, this.#scratch)
      const owner = owners[pair]!
      for (const value of this.#scratch) {
        const counter = this.#counters[owner] ?? new DistinctCounter()
        this.#counters[owner] = counter
        counter.add(value)
      }
    }
  }

  metric(owner: number): number {
    return this.#counters[owner]?.estimate() ?? 0
  }

  result(owner: number): Record<string, unknown> {
    return { value: this.metric(owner) }
  }
}

const MAX_EXACT = 3000
const INDEX_BITS = 14
const REGISTERS = 2 ** INDEX_BITS

/** Counts distinct values: exactly up to 3000, then by HyperLogLog with an error of about one per cent. */
class DistinctCounter {
  #exact: Set<Value> | undefined = new Set()
  #registers: Uint8Array | undefined

  add(value: Value): void {
    if (this.#exact === undefined) {
      this.#register(value)
      return
    }
    this.#exact.add(value)
    if (this.#exact.size <= MAX_EXACT) return
    const values = this.#exact
    this.#exact = undefined
    this.#registers = new Uint8Array(REGISTERS)
    for (const known of values) this.#register(known)
  }

  estimate(): number {
    if (this.#exact !== undefined) return this.#exact.size
    let sum = 0
    let empty = 0
    for (const rank of this.#registers!) {
      sum += 2 ** -rank
      if (rank === 0) empty += 1
    }
    const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum
    return Math.round(raw <= 2.5 * REGISTERS && empty > 0 ? REGISTERS * Math.log(REGISTERS / empty) : raw)
  }

  #register(value: Value): void {
    const text = typeof value === 'string' ? value : String(value)
    const [high, low] = hash64(text, typeof value === 'string' ? 1 : 2)
    const index = high >>> (32 - INDEX_BITS)
    const rest = (high << INDEX_BITS) | (low >>> (32 - INDEX_BITS))
    const rank = rest === 0 ? 33 + Math.clz32(low << INDEX_BITS) : Math.clz32(rest) + 1
    if (rank > this.#registers![index]!) this.#registers![index] = rank
  }
}

/** Two well mixed 32-bit hashes of a text. */
function hash64(text: string, seed: number): [number, number] {
  let high = 0xdeadbeef ^ seed
  let low = 0x41c6ce57 ^ seed
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    high = Math.imul(high ^ unit, 0x9e3779b1)
    low = Math.imul(low ^ unit, 0x5f356495)
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
  high = Math.imul(high ^ (high >>> 15), 0x2c1b3c6d)
  return [(high ^ (high >>> 13)) >>> 0, low >>> 0]
}

import type { RecordCounting } from '#lib/otlp/validate.ts'
import { type ContainerCounts, type ContainerTable, LEVELS } from './container-counts.ts'

const UNKNOWN = LEVELS.length - 1
const SLOTS = 2 * LEVELS.length
const HIGHEST_SEVERITY = 24
const FIRST_CONTAINERS = 8
const NONE = -1

/** What is counted of one request: it counts once the request is taken, and not at all if it is refused. */
export class RequestCounts implements RecordCounting {
  readonly #table: ContainerTable
  readonly #request: Buffer
  /** Where the counts of each container begin. */
  readonly #places = new Map<ContainerCounts, number>()
  #counts = new Float64Array(FIRST_CONTAINERS * SLOTS)
  /** Of the resource whose records come; none before the first of them. */
  #place = NONE
  #start = 0
  #end = 0

  constructor(table: ContainerTable, request: Buffer) {
    this.#table = table
    this.#request = request
  }

  resource(start: number, end: number): void {
    this.#place = NONE
    this.#start = start
    this.#end = end
  }

  record(severityNumber: number, bodyBytes: number): void {
    if (this.#place === NONE) this.#place = this.#begin()
    const isKnown = severityNumber > 0 && severityNumber <= HIGHEST_SEVERITY
    const at = (this.#place + (isKnown ? (severityNumber - 1) >> 2 : UNKNOWN)) | 0
    const counts = this.#counts
    counts[at]! += 1
    counts[(at + LEVELS.length) | 0]! += bodyBytes
  }

  /** The request is taken. */
  commit(): void {
    const counted = this.#counts
    for (const [{ counts }, place] of this.#places) {
      for (let slot = 0; slot < SLOTS; slot++) counts[slot]! += counted[(place + slot) | 0]!
    }
  }

  #begin(): number {
    const container = this.#table.of(this.#request, this.#start, this.#end)
    const known = this.#places.get(container)
    if (known !== undefined) return known
    // It must not be forgotten before the request is taken.
    container.countedMs = this.#table.nowMs
    const place = this.#places.size * SLOTS
    if (place === this.#counts.length) {
      const larger = new Float64Array(2 * place)
      larger.set(this.#counts)
      this.#counts = larger
    }
    this.#places.set(container, place)
    return place
  }
}

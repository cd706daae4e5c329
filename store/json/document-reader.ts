import type { DocumentTable } from './document-table.ts'
import { Follower } from './follower.ts'
import { isSpace, type ShapeRegistry } from './shape.ts'
import { type JsonProblem, Tokenizer } from './tokenizer.ts'

/** How many shapes are tried in turn before a document is read from scratch. */
const MAX_FOLLOWERS = 4

/**
 * Reads documents into a table. Documents of one sender look alike, so each is first compared with those before it;
 * only one that is different is read from scratch.
 */
export class DocumentReader {
  readonly #table: DocumentTable
  readonly #registry: ShapeRegistry
  readonly #tokenizer = new Tokenizer()
  /** The shape of the last document first. */
  readonly #followers: Follower[] = []

  constructor(table: DocumentTable, registry: ShapeRegistry) {
    this.#table = table
    this.#registry = registry
  }

  /**
   * Appends the document between two places of the table's bytes as a row.
   *
   * @param end where it ends; the byte there must be a control character
   * @returns what is wrong with it; then no row was appended
   */
  read(start: number, end: number): JsonProblem | undefined {
    this.#table.words.reserve(end - start)
    const followers = this.#followers
    for (let index = 0; index < followers.length; index++) {
      const follower = followers[index]!
      if (!follower.tryRow(start, end)) continue
      if (index > 0) {
        followers.splice(index, 1)
        followers.unshift(follower)
      }
      return undefined
    }
    return this.#readFromScratch(start, end)
  }

  #readFromScratch(start: number, end: number): JsonProblem | undefined {
    const table = this.#table
    const { words } = table
    const wordsBefore = words.length
    const tokenizer = this.#tokenizer
    let first = start
    while (first < end && isSpace(table.bytes[first]!)) first += 1
    if (table.bytes[first] !== 0x7b) return { at: first - start, message: 'a document must be an object' }
    const problem = tokenizer.read(table.bytes, start, end, words)
    if (problem !== undefined) {
      words.length = wordsBefore
      return { at: problem.at - start, message: problem.message }
    }
    const { leafStarts, leafEnds, leaves } = tokenizer
    const shape = this.#registry.shapeOf(table.bytes, start, end, leafStarts, leafEnds, 0, leaves)
    if (shape.duplicateKey !== undefined) {
      words.length = wordsBefore
      return { at: 0, message: `duplicate field '${shape.duplicateKey}'` }
    }
    table.reserveRow(leaves)
    const from = table.leafFrom[table.rows]!
    table.leafStarts.set(leafStarts.subarray(0, leaves), from)
    table.leafEnds.set(leafEnds.subarray(0, leaves), from)
    table.endRow(shape, start, end)
    this.#follow(new Follower(table, shape, start))
    return undefined
  }

  #follow(follower: Follower): void {
    const known = this.#followers.findIndex(({ shape }) => shape === follower.shape)
    if (known >= 0) this.#followers.splice(known, 1)
    else if (this.#followers.length === MAX_FOLLOWERS) this.#followers.pop()
    this.#followers.unshift(follower)
  }
}

import { RESOURCE, SCOPE } from '#lib/otlp/fields.ts'
import { rangesOf } from '#lib/otlp/ranges.ts'
import type { Arena } from './arena.ts'
import { FragmentCache } from './fragment-cache.ts'
import { LARGEST_EXPANSION, writeAscii, writeBytes, writeJsonString } from './json-writer.ts'
import type { Source } from './source.ts'
import type { ValueWriter } from './value-writer.ts'

/** Over what the source takes: names of the fields. */
const OVERHEAD_BYTES = 256
const EMPTY = Buffer.alloc(0)

/**
 * Writes the part of a document that is the same for all records of a resource or scope, as members of the document with
 * a comma before each. It is made once for the same bytes and copied after that.
 */
export class FragmentWriter {
  readonly #arena: Arena
  readonly #values: ValueWriter
  readonly #cache = new FragmentCache()

  /** @param arena where fragments are put together; what stands in it stays as it is */
  constructor(arena: Arena, values: ValueWriter) {
    this.#arena = arena
    this.#values = values
  }

  resource(request: Source, start: number, end: number): Buffer {
    return this.#fragment('resource', request, start, end)
  }

  scope(request: Source, start: number, end: number): Buffer {
    return this.#fragment('scope', request, start, end)
  }

  #fragment(kind: 'resource' | 'scope', request: Source, start: number, end: number): Buffer {
    if (start === end) return EMPTY
    const key = this.#cache.keyOf(kind, request.bytes, start, end)
    const known = this.#cache.get(key)
    if (known !== undefined) return known
    const arena = this.#arena
    const { length } = arena
    arena.reserve(OVERHEAD_BYTES + (end - start) * LARGEST_EXPANSION)
    if (kind === 'resource') this.#writeResource(request, start, end)
    else this.#writeScope(request, start, end)
    const made = Buffer.from(arena.bytes.subarray(length, arena.length))
    arena.length = length
    this.#cache.set(key, made)
    return made
  }

  #writeResource(request: Source, start: number, end: number): void {
    const attributes = rangesOf(request.bytes, start, end, RESOURCE.attributes)
    if (attributes.length === 0) return
    this.#ascii(',"resource":{')
    this.#object('"attributes":', attributes)
    this.#ascii('}')
  }

  #writeScope(request: Source, start: number, end: number): void {
    const { length } = this.#arena
    this.#text(',"name":', request, rangesOf(request.bytes, start, end, SCOPE.name))
    this.#text(',"version":', request, rangesOf(request.bytes, start, end, SCOPE.version))
    const attributes = rangesOf(request.bytes, start, end, SCOPE.attributes)
    if (attributes.length > 0) this.#object(',"attributes":', attributes)
    if (this.#arena.length === length) return
    const members = Buffer.from(this.#arena.bytes.subarray(length + 1, this.#arena.length))
    this.#arena.length = length
    this.#ascii(',"scope":{')
    writeBytes(this.#arena, members)
    this.#ascii('}')
  }

  #text(name: string, request: Source, ranges: readonly number[]): void {
    const [start = 0, end = 0] = ranges.slice(-2)
    if (start === end) return
    this.#ascii(name)
    writeJsonString(this.#arena, request, start, end)
  }

  #object(name: string, attributes: readonly number[]): void {
    this.#ascii(name)
    this.#values.readObject(attributes, attributes.length / 2)
    this.#values.writeObject()
  }

  #ascii(text: string): void {
    writeAscii(this.#arena, text)
  }
}

import { decodeString } from './words.ts'

/** A value of a document that is no object and no array. */
export interface Leaf {
  /** Dotted path of its field; the same for `{"a":{"b":1}}` and `{"a.b":1}`, and for every element of an array. */
  readonly path: string
  /** A string stands between quotes; `bare` is a number, true, false or null. */
  readonly kind: LeafKind
}

export type LeafKind = 'string' | 'bare'

/**
 * What documents of one sender have in common: all bytes of a document except its leaves. Between two leaves stands a
 * literal, one more before the first and one after the last. A document is its shape and its leaves, byte for byte.
 */
export class Shape {
  /** All literals, one after the other; the n-th ends at `literalEnds[n]`. */
  readonly literals: Buffer
  readonly literalEnds: Int32Array
  readonly leaves: readonly Leaf[]
  /** Paths of the objects in it, the document itself excepted. */
  readonly objects: readonly string[]
  /** The first key that an object has twice. */
  readonly duplicateKey: string | undefined

  constructor(literals: Buffer, literalEnds: Int32Array) {
    this.literals = literals
    this.literalEnds = literalEnds
    const description = new ShapeWalk(literals, literalEnds)
    this.leaves = description.leaves
    this.objects = [...description.objects]
    this.duplicateKey = description.duplicateKey
  }
}

/** Walks the literals of a shape, which are known to be those of a right JSON document. */
class ShapeWalk {
  readonly leaves: Leaf[] = []
  readonly objects = new Set<string>()
  duplicateKey: string | undefined
  readonly #bytes: Buffer
  readonly #literalEnds: Int32Array
  #at = 0

  constructor(bytes: Buffer, literalEnds: Int32Array) {
    this.#bytes = bytes
    this.#literalEnds = literalEnds
    this.#value(undefined)
  }

  #value(path: string | undefined): void {
    this.#skipSpace()
    const byte = this.#atLeaf() ? 0 : this.#bytes[this.#at]
    if (byte === 0x7b) this.#object(path)
    else if (byte === 0x5b) this.#array(path)
    else this.#leaf(path ?? '', byte === 0x22)
  }

  /** Whether a bare leaf stands here: the literal before it is used up. */
  #atLeaf(): boolean {
    return this.#literalEnds[this.leaves.length] === this.#at && this.leaves.length < this.#literalEnds.length - 1
  }

  #leaf(path: string, quoted: boolean): void {
    this.leaves.push({ path, kind: quoted ? 'string' : 'bare' })
    if (quoted) this.#at += 2
  }

  #object(path: string | undefined): void {
    if (path !== undefined) this.objects.add(path)
    const keys = new Set<string>()
    this.#at += 1
    for (;;) {
      this.#skipSpace()
      if (this.#bytes[this.#at] === 0x7d) break
      if (this.#bytes[this.#at] === 0x2c) {
        this.#at += 1
        continue
      }
      const key = this.#key()
      if (keys.has(key)) this.duplicateKey ??= key
      keys.add(key)
      this.#skipSpace()
      this.#at += 1
      this.#value(path === undefined ? key : `${path}.${key}`)
    }
    this.#at += 1
  }

  #array(path: string | undefined): void {
    this.#at += 1
    for (;;) {
      this.#skipSpace()
      if (!this.#atLeaf()) {
        if (this.#bytes[this.#at] === 0x5d) break
        if (this.#bytes[this.#at] === 0x2c) {
          this.#at += 1
          continue
        }
      }
      this.#value(path)
    }
    this.#at += 1
  }

  #key(): string {
    const start = this.#at + 1
    let end = start
    while (this.#bytes[end] !== 0x22) end += this.#bytes[end] === 0x5c ? 2 : 1
    this.#at = end + 1
    return decodeString(this.#bytes, start, end)
  }

  #skipSpace(): void {
    while (!this.#atLeaf() && isSpace(this.#bytes[this.#at]!)) this.#at += 1
  }
}

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a
}

/** Shapes by their literals, so that what is worked out for a shape is worked out once. */
export class ShapeRegistry {
  readonly #shapes = new Map<string, Shape>()
  #bytes = 0

  /** The shape of a document whose leaves are known. */
  shapeOf(
    bytes: Buffer,
    start: number,
    end: number,
    leafStarts: Int32Array,
    leafEnds: Int32Array,
    from: number,
    to: number,
  ): Shape {
    const pieces: Buffer[] = []
    const ends = new Int32Array(to - from + 1)
    let at = start
    let total = 0
    for (let leaf = from; leaf <= to; leaf++) {
      const until = leaf === to ? end : leafStarts[leaf]!
      pieces.push(bytes.subarray(at, until))
      total += until - at
      ends[leaf - from] = total
      if (leaf < to) at = leafEnds[leaf]!
    }
    return this.intern(Buffer.concat(pieces), ends)
  }

  /** The shape with these literals; the buffer must not change later. */
  intern(literals: Buffer, literalEnds: Int32Array): Shape {
    const key = `${literals.toString('latin1')}\0${literalEnds.join()}`
    const known = this.#shapes.get(key)
    if (known !== undefined) return known
    if (this.#shapes.size >= MAX_SHAPES || this.#bytes > MAX_SHAPE_BYTES) this.#forget()
    const shape = new Shape(literals, literalEnds)
    this.#shapes.set(key, shape)
    this.#bytes += literals.length
    return shape
  }

  #forget(): void {
    this.#shapes.clear()
    this.#bytes = 0
  }
}

/** Beyond these the registry starts over: documents that share no shape have nothing to gain from it. */
const MAX_SHAPES = 4096
const MAX_SHAPE_BYTES = 4 * 1024 ** 2

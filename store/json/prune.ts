import { unescapeString } from './words.ts'

/** What becomes of a value: kept as it is, left out, or looked into with another state. */
export type Verdict<S> = 'keep' | 'drop' | { readonly into: S }

/** Decides which parts of a JSON text stay. */
export interface Pruner<S> {
  /** What becomes of the value of a key. Elements of an array have the state of the array. */
  readonly child: (state: S, key: string) => Verdict<S>
  /** Whether an object or array stays of which nothing is left. */
  readonly keepsEmpty: (state: S) => boolean
  /** Whether a value that is no object or array stays when it is reached with this state, in an array. */
  readonly keepsLeaf: (state: S) => boolean
}

/**
 * Takes parts out of a JSON text and leaves the others as they are written: numbers keep their digits and strings their
 * escapes.
 *
 * @param text right JSON; an object
 */
export function pruneJson<S>(text: string, state: S, pruner: Pruner<S>): string {
  return new Pruning(text, pruner).value(state) ?? '{}'
}

class Pruning<S> {
  readonly #text: string
  readonly #pruner: Pruner<S>
  #at = 0

  constructor(text: string, pruner: Pruner<S>) {
    this.#text = text
    this.#pruner = pruner
  }

  value(state: S): string | undefined {
    this.#skipSpace()
    const character = this.#text[this.#at]
    if (character === '{') return this.#object(state)
    if (character === '[') return this.#array(state)
    const start = this.#at
    this.#skipLeaf()
    return this.#pruner.keepsLeaf(state) ? this.#text.slice(start, this.#at) : undefined
  }

  #object(state: S): string | undefined {
    const kept: string[] = []
    this.#at += 1
    for (;;) {
      this.#skipSpace()
      if (this.#text[this.#at] === '}') break
      if (this.#text[this.#at] === ',') {
        this.#at += 1
        continue
      }
      const keyStart = this.#at
      this.#skipString()
      const key = this.#text.slice(keyStart, this.#at)
      this.#skipSpace()
      this.#at += 1
      const kind = this.#pruner.child(state, unescapeString(key.slice(1, -1)))
      const value = typeof kind === 'object' ? this.value(kind.into) : this.#whole()
      if (kind !== 'drop' && value !== undefined) kept.push(`${key}:${value}`)
    }
    this.#at += 1
    return kept.length === 0 && !this.#pruner.keepsEmpty(state) ? undefined : `{${kept.join(',')}}`
  }

  #array(state: S): string | undefined {
    const kept: string[] = []
    this.#at += 1
    for (;;) {
      this.#skipSpace()
      if (this.#text[this.#at] === ']') break
      if (this.#text[this.#at] === ',') {
        this.#at += 1
        continue
      }
      const value = this.value(state)
      if (value !== undefined && value !== '{}' && value !== '[]') kept.push(value)
    }
    this.#at += 1
    return kept.length === 0 && !this.#pruner.keepsEmpty(state) ? undefined : `[${kept.join(',')}]`
  }

  /** A value with everything in it. */
  #whole(): string {
    this.#skipSpace()
    const start = this.#at
    let depth = 0
    do {
      this.#skipSpace()
      const character = this.#text[this.#at]
      if (character === '{' || character === '[') {
        depth += 1
        this.#at += 1
      } else if (character === '}' || character === ']') {
        depth -= 1
        this.#at += 1
      } else if (character === ',' || character === ':') {
        this.#at += 1
      } else {
        this.#skipLeaf()
      }
    } while (depth > 0)
    return this.#text.slice(start, this.#at)
  }

  #skipLeaf(): void {
    if (this.#text[this.#at] === '"') this.#skipString()
    else {
      LEAF_END.lastIndex = this.#at
      this.#at = LEAF_END.exec(this.#text)?.index ?? this.#text.length
    }
  }

  #skipString(): void {
    let at = this.#at + 1
    for (;;) {
      at = this.#text.indexOf('"', at)
      let backslashes = 0
      while (this.#text[at - 1 - backslashes] === '\\') backslashes += 1
      at += 1
      if (backslashes % 2 === 0) break
    }
    this.#at = at
  }

  #skipSpace(): void {
    while (' \n\r\t'.includes(this.#text[this.#at] ?? '.')) this.#at += 1
  }
}

const LEAF_END = /[\s,}\]]/g

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** The members that an alert may have, by the order of a {@link AlertScanner}'s places. */
const MEMBERS = ['labels', 'annotations', 'startsAt', 'endsAt', 'generatorURL'] as const
type Member = (typeof MEMBERS)[number]
const MEMBER_BYTES = MEMBERS.map((name) => Buffer.from(name))

/** Where a value stands in the body: a mapping with its braces, a text without its quotes. `from` is -1 if it is missing. */
interface Span {
  from: number
  to: number
}

/** No call out of JavaScript: five of them an alert took longer than all else that is done here. */
function memberNamed(body: Buffer, from: number, to: number): Member | undefined {
  for (let index = 0; index < MEMBERS.length; index++) {
    const bytes = MEMBER_BYTES[index]!
    if (bytes.length !== to - from) continue
    let at = 0
    while (at < bytes.length && bytes[at] === body[from + at]) at += 1
    if (at === bytes.length) return MEMBERS[index]
  }
  return undefined
}

/**
 * Walks the alerts of a body without making anything of them. It knows the plain form that senders write: the five
 * members, each once, mappings and texts where they belong. What is different is for the real parser, which also knows
 * what to say of it.
 */
export class AlertScanner {
  readonly labels: Span = { from: -1, to: -1 }
  readonly annotations: Span = { from: -1, to: -1 }
  readonly startsAt: Span = { from: -1, to: -1 }
  readonly endsAt: Span = { from: -1, to: -1 }
  readonly generatorURL: Span = { from: -1, to: -1 }
  readonly #body: Buffer
  #at = 0
  #isPlain = true
  #isFirst = true

  constructor(body: Buffer) {
    this.#body = body
    if (this.#take(OPEN_LIST) !== OPEN_LIST) this.#isPlain = false
  }

  /** False when the body is for the real parser. */
  get isPlain(): boolean {
    return this.#isPlain
  }

  /** Moves to the next alert; false at the end, and where the body is not plain. */
  next(): boolean {
    if (!this.#isPlain) return false
    const unit = this.#peek()
    if (unit === CLOSE_LIST) {
      this.#at += 1
      this.#skipSpace()
      if (this.#at !== this.#body.length) this.#isPlain = false
      return false
    }
    if (!this.#isFirst && this.#take(COMMA) !== COMMA) return this.#giveUp()
    this.#isFirst = false
    return this.#alert() || this.#giveUp()
  }

  #giveUp(): false {
    this.#isPlain = false
    return false
  }

  #alert(): boolean {
    for (const name of MEMBERS) this[name].from = -1
    if (this.#take(OPEN_OBJECT) !== OPEN_OBJECT) return false
    for (;;) {
      const name = this.#member()
      if (name === undefined || this[name].from !== -1 || this.#take(COLON) !== COLON) return false
      const isMapping = name === 'labels' || name === 'annotations'
      if (!(isMapping ? this.#mapping(this[name]) : this.#text(this[name]))) return false
      const unit = this.#take(COMMA)
      if (unit === CLOSE_OBJECT) return this.labels.from !== -1
      if (unit !== COMMA) return false
    }
  }

  #member(): Member | undefined {
    const body = this.#body
    if (this.#take(QUOTE) !== QUOTE) return undefined
    const from = this.#at
    let to = from
    while (to < body.length && body[to] !== QUOTE) to += 1
    if (to === body.length) return undefined
    this.#at = to + 1
    return memberNamed(body, from, to)
  }

  /** A mapping without further mappings or lists in it. */
  #mapping(span: Span): boolean {
    if (this.#take(OPEN_OBJECT) !== OPEN_OBJECT) return false
    const body = this.#body
    const length = body.length
    let isText = false
    span.from = this.#at - 1
    for (let at = this.#at; at < length; at++) {
      const unit = body[at]!
      if (unit === QUOTE) isText = !isText
      else if (isText) {
        if (unit === BACKSLASH) at += 1
      } else if (unit === CLOSE_OBJECT) {
        span.to = at + 1
        this.#at = at + 1
        return true
      } else if (unit === OPEN_OBJECT || unit === OPEN_LIST) return false
    }
    return false
  }

  /** A text, as it is written: with its escapes. */
  #text(span: Span): boolean {
    if (this.#take(QUOTE) !== QUOTE) return false
    const body = this.#body
    const length = body.length
    span.from = this.#at
    for (let at = this.#at; at < length; at++) {
      const unit = body[at]!
      if (unit === QUOTE) {
        span.to = at
        this.#at = at + 1
        return true
      }
      if (unit === BACKSLASH) at += 1
    }
    return false
  }

  /** Passes the next byte that is no space if it is the wanted one or closes an object, and tells it. */
  #take(wanted: number): number {
    const unit = this.#peek()
    if (unit === wanted || (wanted === COMMA && unit === CLOSE_OBJECT)) this.#at += 1
    return unit
  }

  #peek(): number {
    this.#skipSpace()
    return this.#at < this.#body.length ? this.#body[this.#at]! : -1
  }

  #skipSpace(): void {
    const body = this.#body
    while (this.#at < body.length) {
      const unit = body[this.#at]!
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return
      this.#at += 1
    }
  }
}

import type { Chunk } from '../match/chunk.ts'
import { BodyPattern } from '../match/pattern.ts'
import type { ScanningDetector } from './detector.ts'
import type { Subject } from './subject.ts'

/** A pattern of the configuration: what its groups match is secret, or all that it matches if it has none. */
export class OwnPatternDetector implements ScanningDetector {
  readonly #pattern: BodyPattern

  constructor(pattern: string, chunk: Chunk) {
    this.#pattern = new BodyPattern(pattern, chunk)
  }

  scan(subject: Subject, kind: number): void {
    const { bytes, start, end } = subject
    if (!this.#pattern.mayMatch(bytes, start, end) || !this.#pattern.regexp.test(subject.text)) return
    const matcher = this.#pattern.regexp.matcher(subject.text)
    const groups = matcher.groupCount()
    const offsets = new ByteOffsets(subject.text, start, subject.isAscii)
    while (matcher.find()) {
      for (let group = groups === 0 ? 0 : 1; group <= groups; group++) {
        const from = matcher.start(group)
        const to = matcher.end(group)
        if (from >= 0 && to > from) subject.spans.add(offsets.of(from), offsets.of(to), kind)
      }
    }
  }
}

/** Offsets in bytes for those in a string, which are asked for in order as a rule. */
class ByteOffsets {
  readonly #text: string
  readonly #isAscii: boolean
  readonly #start: number
  #unit = 0
  #byte: number

  constructor(text: string, start: number, isAscii: boolean) {
    this.#text = text
    this.#isAscii = isAscii
    this.#start = start
    this.#byte = start
  }

  of(unit: number): number {
    if (this.#isAscii) return this.#start + unit
    if (unit < this.#unit) {
      this.#unit = 0
      this.#byte = this.#start
    }
    this.#byte += Buffer.byteLength(this.#text.slice(this.#unit, unit))
    this.#unit = unit
    return this.#byte
  }
}

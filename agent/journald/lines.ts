const NEWLINE = 10

/** A line of journalctl's output. */
export interface JournalLine {
  /** Its bytes; only the first and the last of them if it is longer than the limit. Valid until the next line is taken. */
  readonly bytes: Buffer
  /** How many bytes between the two were left out. */
  readonly missingBytes: number
  /** Where in `bytes` something is missing. */
  readonly gapOffset: number
}

/** What is kept of the end of a line that is too long: fields come in no order, and the cursor may be the last one. */
const TAIL_BYTES = 16 * 1024

/** Splits a stream into lines, each of which takes no more memory than its limit. */
export class JournalLines {
  readonly #limitBytes: number
  /** What there is of a line that goes on. */
  #parts: Buffer[] = []
  #partBytes = 0
  #tail: Buffer = EMPTY
  #missingBytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** Takes a chunk of the stream; returns the lines that end in it. */
  *split(chunk: Buffer): Generator<JournalLine> {
    for (let at = 0; at < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, at)
      this.#add(chunk.subarray(at, newline < 0 ? chunk.length : newline))
      if (newline < 0) return
      at = newline + 1
      yield this.#take()
    }
  }

  /** Forgets a line that will not go on. */
  clear(): void {
    this.#parts = []
    this.#partBytes = 0
    this.#tail = EMPTY
    this.#missingBytes = 0
  }

  #add(part: Buffer): void {
    const kept = Math.min(part.length, this.#limitBytes - this.#partBytes)
    if (kept > 0) this.#parts.push(part.subarray(0, kept))
    this.#partBytes += kept
    if (kept === part.length) return
    const tail = Buffer.concat([this.#tail, part.subarray(kept)])
    this.#tail = Buffer.from(tail.subarray(Math.max(0, tail.length - TAIL_BYTES)))
    this.#missingBytes += tail.length - this.#tail.length
  }

  #take(): JournalLine {
    const parts = this.#tail.length === 0 ? this.#parts : [...this.#parts, this.#tail]
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    const line = { bytes, missingBytes: this.#missingBytes, gapOffset: this.#partBytes }
    this.clear()
    return line
  }
}

const EMPTY = Buffer.alloc(0)

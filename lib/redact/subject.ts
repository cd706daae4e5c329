import { Spans } from './spans.ts'

/** The body that is being looked at, and what was found in it. */
export class Subject {
  bytes: Buffer = Buffer.alloc(0)
  start = 0
  end = 0
  readonly spans = new Spans()
  #text: string | undefined

  begin(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes
    this.start = start
    this.end = end
    this.spans.clear()
    this.#text = undefined
  }

  /** The body as a string, made once for all patterns that look at it. */
  get text(): string {
    this.#text ??= this.bytes.toString('utf8', this.start, this.end)
    return this.#text
  }

  /** Whether offsets in the text are offsets in the body. */
  get isAscii(): boolean {
    return this.text.length === this.end - this.start
  }
}

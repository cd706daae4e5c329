import type { Chunk } from '../match/chunk.ts'
import { LiteralCursor } from '../match/literal-cursor.ts'
import { AnchorScanner, type AnchorSink } from './anchor-scanner.ts'
import { cutEnd } from './cut-end.ts'
import type { Anchor, AnchoredDetector, Detector, RunDetector, ScanningDetector } from './detector.ts'
import { rewrite, rewrittenBytes } from './rewrite.ts'
import { Subject } from './subject.ts'

/** The body of a record, as a range of bytes. */
export interface Body {
  bytes: Buffer
  bodyStart: number
  bodyEnd: number
}

/** Secrets of one kind, and what stands in their place. */
export interface Redaction {
  /** Preset or pattern. */
  readonly name: string
  readonly detectors: readonly Detector[]
  readonly replacement: string
}

/** A detector with what it needs to be called. */
interface Call<T> {
  readonly detector: T
  readonly kind: number
  /** In `#doneTo`. */
  readonly index: number
}

interface AnchorCall extends Call<AnchoredDetector> {
  readonly anchor: number
}

interface RareAnchor {
  readonly cursor: LiteralCursor
  readonly lengthBytes: number
  readonly call: AnchorCall
}

const FIRST_SCRATCH_BYTES = 4 * 1024
/** A larger one is let go after its use. */
const LARGEST_KEPT_SCRATCH_BYTES = 256 * 1024

/**
 * Puts something else in the place of secrets. All anchors are looked for in one pass; a body without any of them costs
 * that pass and no more, and nothing is allocated for it.
 */
export class Redactor implements AnchorSink {
  /** What is redacted, and how many secrets of each were replaced. */
  readonly names: readonly string[]
  readonly counts: Float64Array
  readonly #chunk: Chunk
  readonly #replacements: readonly Buffer[]
  readonly #scanner: AnchorScanner | undefined
  /** By index in the scanner. */
  readonly #anchors: readonly AnchorCall[]
  readonly #rare: readonly RareAnchor[]
  readonly #run: Call<RunDetector> | undefined
  readonly #scanning: readonly Call<ScanningDetector>[]
  readonly #subject = new Subject()
  /** Up to where a detector has looked. */
  readonly #doneTo: Int32Array
  #scratch = Buffer.allocUnsafeSlow(FIRST_SCRATCH_BYTES)

  constructor(redactions: readonly Redaction[], chunk: Chunk) {
    this.names = redactions.map(({ name }) => name)
    this.counts = new Float64Array(redactions.length)
    this.#chunk = chunk
    this.#replacements = redactions.map(({ replacement }) => Buffer.from(replacement))
    const calls = redactions
      .flatMap(({ detectors }, kind) => detectors.map((detector) => ({ detector, kind })))
      .map((call, index) => ({ ...call, index }))
    this.#scanning = calls.filter((call): call is Call<ScanningDetector> => 'scan' in call.detector)
    this.#run = calls.find((call): call is Call<RunDetector> => 'run' in call.detector)
    const anchors = calls
      .filter((call): call is Call<AnchoredDetector> => 'anchors' in call.detector)
      .flatMap((call) =>
        call.detector.anchors.map((anchor, index) => ({ ...anchor, call: { ...call, anchor: index } })),
      )
    const isRare = ({ isRare = false }: Anchor) => isRare
    const scanned = anchors.filter((anchor) => !isRare(anchor))
    this.#anchors = scanned.map(({ call }) => call)
    this.#rare = anchors.filter(isRare).map(({ text, call }, index) => ({
      cursor: new LiteralCursor(text, chunk),
      lengthBytes: text.length,
      // They are looked for one after the other, and so not in the order in which they stand.
      call: { ...call, index: calls.length + index },
    }))
    this.#doneTo = new Int32Array(calls.length + this.#rare.length)
    if (scanned.length > 0 || this.#run !== undefined) {
      const texts = scanned.map(({ text, ignoresCase = false }) => ({ text, ignoresCase }))
      this.#scanner = new AnchorScanner(texts, this.#run?.detector.run)
    }
  }

  /** Lines of `bytes[start, end)` follow, in order; others may come between them. */
  begin(bytes: Buffer, start: number, end: number): void {
    this.#chunk.begin(bytes, start, end)
  }

  /**
   * Redacts the body of a line, which is valid UTF-8. If there was something, `line` has other bytes then, valid until
   * the next call.
   *
   * @param isCut whether the end of the body was not kept: what may be the begin of a secret there goes, too
   */
  redact(line: Body, isCut: boolean): boolean {
    const subject = this.#subject
    const { bytes, bodyStart, bodyEnd } = line
    subject.begin(bytes, bodyStart, bodyEnd)
    for (let index = 0; index < this.#doneTo.length; index++) this.#doneTo[index] = bodyStart
    this.#scanner?.scan(bytes, bodyStart, bodyEnd, this)
    for (let index = 0; index < this.#rare.length; index++) this.#findRare(this.#rare[index]!, subject)
    for (let index = 0; index < this.#scanning.length; index++) {
      const { detector, kind } = this.#scanning[index]!
      detector.scan(subject, kind)
    }
    if (isCut) line.bodyEnd = subject.end = cutEnd(bytes, bodyStart, bodyEnd)
    if (subject.spans.count === 0) return false
    this.#rewrite(line)
    return true
  }

  foundAnchor(index: number, at: number): void {
    this.#detect(this.#anchors[index]!, at)
  }

  foundRun(at: number): void {
    if (this.#run === undefined) return
    const { detector, kind, index } = this.#run
    if (at >= this.#doneTo[index]!) this.#doneTo[index] = detector.detectRun(this.#subject, at, kind)
  }

  #findRare({ cursor, lengthBytes, call }: RareAnchor, subject: Subject): void {
    const { bytes, end } = subject
    let at = cursor.find(bytes, subject.start, end)
    while (at >= 0) {
      const next = Math.max(at + lengthBytes, this.#detect(call, at))
      at = next < end ? cursor.find(bytes, next, end) : -1
    }
  }

  /** Anchors that overlap may come in any order. */
  #detect({ detector, anchor, kind, index }: AnchorCall, at: number): number {
    const doneTo = this.#doneTo[index]!
    if (at < doneTo) return doneTo
    const to = detector.detect(this.#subject, at, anchor, kind)
    if (to > doneTo) this.#doneTo[index] = to
    return to
  }

  #rewrite(line: Body): void {
    const subject = this.#subject
    const { spans } = subject
    spans.unite()
    // The end may have been cut off since.
    while (spans.count > 0 && spans.start(spans.count - 1) >= subject.end) spans.count -= 1
    for (let index = 0; index < spans.count; index++) this.counts[spans.kind(index)]! += 1
    const needed = rewrittenBytes(subject, this.#replacements)
    if (needed > this.#scratch.length || this.#scratch.length > LARGEST_KEPT_SCRATCH_BYTES) {
      this.#scratch = Buffer.allocUnsafeSlow(Math.max(needed, FIRST_SCRATCH_BYTES))
    }
    line.bodyEnd = rewrite(subject, this.#replacements, this.#scratch)
    line.bodyStart = 0
    line.bytes = this.#scratch
  }
}

import { continueAt, openAt } from './at-trace.ts'
import { canOpen, mayBeginTrace } from './begin.ts'
import { continueGo, openGo } from './go.ts'
import { continueCrash, openCrash } from './node-crash.ts'
import { CLOSED, type Phase } from './phase.ts'
import { continuePhp, openPhp } from './php.ts'
import { continuePython, openPython } from './python.ts'
import { continueRuby, openRuby } from './ruby.ts'
import { continueRust, openRust } from './rust.ts'
import { textEnd } from './text.ts'

const AT = 0
const CRASH = 1
const PYTHON = 2
const GO = 3
const RUBY = 4
const PHP = 5
const RUST = 6

/**
 * Which lines of a stream are one stack trace, whatever language wrote it. One per stream of a container instance: two
 * numbers, and nothing is allocated for a line.
 *
 * Lines are byte ranges without their newline; a carriage return at their end is tolerated. Nothing throws. Every line
 * is decided when it is seen, so a blank line behind a trace that can go on after one belongs to the trace.
 */
export class TraceGrammar {
  #language = AT
  #phase: Phase = CLOSED

  /** Whether no trace is open. */
  get isIdle(): boolean {
    return this.#phase === CLOSED
  }

  /**
   * Whether the line must be held back, because a line like it begins a trace and only the next one tells. Does not
   * depend on what is open. False for a line which only turns out to be a beginning by the frame behind it.
   */
  mayBegin(bytes: Buffer, start: number, end: number): boolean {
    return mayBeginTrace(bytes, start, end)
  }

  /**
   * With nothing open: whether two lines in a row are the first two of a trace. If so it is open now and both belong
   * to it. Call it where `canFollow` holds for the second line or {@link mayBegin} for the first.
   */
  open(
    bytes: Buffer,
    firstStart: number,
    firstEnd: number,
    nextBytes: Buffer,
    nextStart: number,
    nextEnd: number,
  ): boolean {
    const first = textEnd(bytes, firstStart, firstEnd)
    const next = textEnd(nextBytes, nextStart, nextEnd)
    if (!canOpen(bytes, firstStart, first, nextBytes, nextStart, next)) return false
    return (
      this.#enter(AT, openAt(bytes, firstStart, first, nextBytes, nextStart, next)) ||
      this.#enter(PYTHON, openPython(bytes, firstStart, first, nextBytes, nextStart, next)) ||
      this.#enter(GO, openGo(bytes, firstStart, first, nextBytes, nextStart, next)) ||
      this.#enter(RUBY, openRuby(bytes, firstStart, first, nextBytes, nextStart, next)) ||
      this.#enter(PHP, openPhp(bytes, firstStart, first, nextBytes, nextStart, next)) ||
      this.#enter(RUST, openRust(bytes, firstStart, first, nextBytes, nextStart, next)) ||
      this.#enter(CRASH, openCrash(bytes, firstStart, first, nextBytes, nextStart, next))
    )
  }

  /** With a trace open: whether the line belongs to it. If not, the trace is closed. */
  continues(bytes: Buffer, start: number, end: number): boolean {
    this.#phase = this.#next(bytes, start, textEnd(bytes, start, end))
    return this.#phase !== CLOSED
  }

  /** Forgets what is open. */
  close(): void {
    this.#phase = CLOSED
  }

  #enter(language: number, phase: Phase): boolean {
    if (phase === CLOSED) return false
    this.#language = language
    this.#phase = phase
    return true
  }

  #next(bytes: Buffer, start: number, end: number): Phase {
    const phase = this.#phase
    if (phase === CLOSED) return CLOSED
    switch (this.#language) {
      case AT:
        return continueAt(phase, bytes, start, end)
      case CRASH:
        return continueCrash(phase, bytes, start, end)
      case PYTHON:
        return continuePython(phase, bytes, start, end)
      case GO:
        return continueGo(phase, bytes, start, end)
      case RUBY:
        return continueRuby(phase, bytes, start, end)
      case PHP:
        return continuePhp(phase, bytes, start, end)
      default:
        return continueRust(phase, bytes, start, end)
    }
  }
}

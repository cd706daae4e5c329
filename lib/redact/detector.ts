import type { Subject } from './subject.ts'

/** A text that every secret of some kind has in it or before it. */
export interface Anchor {
  /** ASCII. */
  readonly text: string
  readonly ignoresCase?: boolean
  /** Whether its first character is, so that a search for it alone costs next to nothing. Shorter ones than three must be. */
  readonly isRare?: boolean
}

/**
 * Finds secrets of one kind: a detector with anchors is called for each of them, one with a class of bytes for each run
 * of 13 bytes or more, any other for every body. Work is bounded by the length of the body, whatever is in it.
 */
export type Detector = AnchoredDetector | RunDetector | ScanningDetector

export interface AnchoredDetector {
  readonly anchors: readonly Anchor[]
  /**
   * Looks at the anchor that begins at `at`, and adds the span of the secret if there is one.
   *
   * @param kind what to call it
   * @returns up to where its anchors need not be looked at any more: of what was found the end, of what is nothing as a whole
   *   the end too, or 0
   */
  detect(subject: Subject, at: number, anchor: number, kind: number): number
}

export interface RunDetector {
  readonly run: Uint8Array
  /**
   * Looks at the run that is, or may be, around `at`.
   *
   * @returns the end of the run
   */
  detectRun(subject: Subject, at: number, kind: number): number
}

export interface ScanningDetector {
  /** Looks at all of the body and adds the spans of what it finds. */
  scan(subject: Subject, kind: number): void
}

import type { Line } from '../decode/line.ts'
import type { PartialRecord } from '../join/partial.ts'
import { couldBegin } from './could-begin.ts'
import { HOLDS_NONE, HOLDS_SOME, type LineGroup, type MultilineRule } from './rule.ts'
import { TraceGrammar } from './trace-grammar.ts'

/** Joins the lines of stack traces, whatever language wrote them. */
export function createAutoRule(limits: Pick<MultilineRule, 'maxLines' | 'flushAfterMs'>): MultilineRule {
  // How many fit into a record is part of what it does; how long it waits is not.
  return { id: `auto/${limits.maxLines}`, holds: HOLDS_SOME, ...limits, createGroup: () => new TraceGroup() }
}

/** The most lines of the rule of {@link createAutoRule} that has this id; undefined if it is another's. */
export function autoLinesOf(id: string): number | undefined {
  const match = /^auto\/(\d{1,9})$/.exec(id)
  return match === null ? undefined : Number(match[1])
}

/** Leaves every line alone. */
export const SINGLE_LINES: MultilineRule = {
  id: 'off',
  holds: HOLDS_NONE,
  maxLines: 1,
  flushAfterMs: 0,
  createGroup: () => ALONE,
}

class TraceGroup implements LineGroup {
  readonly #grammar = new TraceGrammar()

  begins({ bytes, bodyStart, bodyEnd }: Line): boolean {
    return couldBegin(bytes, bodyStart, bodyEnd)
  }

  continues(open: PartialRecord, { bytes, bodyStart, bodyEnd }: Line): boolean {
    const grammar = this.#grammar
    if (!grammar.isIdle) return grammar.continues(bytes, bodyStart, bodyEnd)
    const first = open.body
    return grammar.open(first, 0, first.length, bytes, bodyStart, bodyEnd)
  }

  ends(): boolean {
    return false
  }

  close(): void {
    this.#grammar.close()
  }
}

const ALONE: LineGroup = { begins: () => false, continues: () => false, ends: () => true, close() {} }

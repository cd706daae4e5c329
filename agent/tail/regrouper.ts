import type { MultilineRule } from '../multiline/rule.ts'
import type { ContainerLog } from './container-log.ts'
import type { Intake } from './intake.ts'
import type { Ledger } from './ledger.ts'
import type { SourceFile } from './source-file.ts'

export interface RegrouperOptions {
  readonly intake: Pick<Intake, 'flushJoins'>
  readonly ledger: Pick<Ledger, 'cut' | 'noteRule'>
  readonly rules: RuleBook
}

/** What is known of rules. */
interface RuleBook {
  withId(id: string): MultilineRule | undefined
}

const BOTH_STREAMS = 3

/**
 * Has the lines of a container joined by the rule that its handling names, and after a restart by the rule that they were
 * joined by before. Where the rule changes is decided by when an annotation came, so it is a cut like those of the
 * clock: it is written down before the next line is taken.
 */
export class Regrouper {
  readonly #options: RegrouperOptions

  constructor(options: RegrouperOptions) {
    this.#options = options
  }

  /** Called before lines of a file are taken at its offset. */
  prepare(log: ContainerLog, file: SourceFile): void {
    if (file.recordedRule !== undefined) this.#recall(log, file, file.recordedRule)
    const isNew = file.acked.rule === undefined
    if (isNew) file.acked = { ...file.acked, rule: log.rule.id }
    const wanted = log.handling.multiline
    if (log.rule.id !== wanted.id && mayChange(log, file)) this.#change(log, file, wanted, isNew)
    else if (isNew) this.#options.ledger.noteRule(log, file)
    // The same lines, but not the same patience, after a change of the configuration.
    if (log.rule !== wanted && log.rule.id === wanted.id && !isOpen(log)) log.follow(wanted)
  }

  /** Goes on as an earlier run did. It noted what was open where it changed the rule, so nothing needs to be written. */
  #recall(log: ContainerLog, file: SourceFile, id: string): void {
    file.recordedRule = undefined
    const rule = this.#options.rules.withId(id)
    if (rule === undefined || rule.id === log.rule.id) return
    this.#options.intake.flushJoins(log, BOTH_STREAMS)
    log.follow(rule)
  }

  #change(log: ContainerLog, file: SourceFile, rule: MultilineRule, isNew: boolean): void {
    const { ledger, intake } = this.#options
    const isUntouched = isNew && file.offset === 0 && !isOpen(log)
    if (isUntouched) {
      file.acked = { ...file.acked, rule: rule.id }
      ledger.noteRule(log, file)
    } else {
      if (!ledger.cut(log, file, { offset: file.offset, streams: BOTH_STREAMS, rule: rule.id })) return
      intake.flushJoins(log, BOTH_STREAMS)
    }
    log.follow(rule)
  }
}

/** Not before what the pod says is known, and not where an earlier run may have delivered records of the old rule. */
function mayChange(log: ContainerLog, file: SourceFile): boolean {
  const isBehindOldRecords = file.offset >= file.ruledUntilOffset && file.nextCutOffset === Number.POSITIVE_INFINITY
  return log.enriched.isComplete && isBehindOldRecords
}

function isOpen(log: ContainerLog): boolean {
  return log.hasOpenJoin
}

import type { ContainerLog } from './container-log.ts'
import type { Flusher } from './flusher.ts'
import type { Ledger } from './ledger.ts'
import type { Reader } from './reader.ts'
import type { Retirement } from './retirement.ts'

export interface ExclusionOptions {
  readonly flusher: Pick<Flusher, 'endJoins'>
  readonly ledger: Pick<Ledger, 'write'>
  readonly reader: Pick<Reader, 'isReading'>
  readonly retirement: Pick<Retirement, 'remove'>
}

/**
 * Lets go of the files of a log whose pod has it excluded after they were opened. What was read of them is delivered
 * first, so that reading goes on from there if the pod takes it back.
 */
export class Exclusion {
  readonly #options: ExclusionOptions

  constructor(options: ExclusionOptions) {
    this.#options = options
  }

  /** Closes what can be closed by now. */
  tend(log: ContainerLog): void {
    const { flusher, ledger, reader, retirement } = this.#options
    if (log.files.length === 0 || reader.isReading(log)) return
    flusher.endJoins(log)
    if (log.hasOpenJoin) return
    const settled = log.files.filter((file) => file.identity === undefined || file.isSettled)
    if (settled.length === 0) return
    // What is noted is recalled when they are opened again.
    ledger.write()
    for (const file of settled) retirement.remove(log, file)
  }
}

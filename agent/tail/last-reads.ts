import { join } from 'node:path'
import type { AgentEvents } from '../events.ts'
import type { ContainerLog } from './container-log.ts'
import type { Flusher } from './flusher.ts'
import type { Opener } from './opener.ts'
import type { Reader } from './reader.ts'
import type { Timekeeper } from './timekeeper.ts'

export interface LastReadsOptions {
  readonly reader: Pick<Reader, 'readToEnd'>
  readonly flusher: Flusher
  readonly opener: Opener
  readonly timekeeper: Timekeeper
  readonly events: AgentEvents
}

/** Before the agent ends: what only its descriptors hold is gone when they are closed. */
export class LastReads {
  readonly #options: LastReadsOptions

  constructor(options: LastReadsOptions) {
    this.#options = options
  }

  /** Reads files without a name to their ends, as far as the deadline lets it. */
  async readUnlinked(logs: readonly ContainerLog[], deadline: AbortSignal): Promise<void> {
    const { reader, flusher, opener, timekeeper } = this.#options
    for (const log of logs) {
      if (log.isExcluded) continue
      for (const file of [...log.files]) {
        if (deadline.aborted) return
        const { links, sizeBytes } = file.stat()
        if (links > 0) continue
        if (file.identity === undefined && sizeBytes > 0) opener.identifyTorn(log, file)
        if (timekeeper.mustWait(log, file)) timekeeper.write()
        await reader.readToEnd(log, file, deadline)
        if (!deadline.aborted) flusher.endUnlinked(log, file)
      }
    }
  }

  /** Tells of what could not be read in time. */
  report(log: ContainerLog): void {
    if (log.isExcluded) return
    for (const file of log.files) {
      const { links, sizeBytes } = file.stat()
      const count = sizeBytes - file.offset
      if (links > 0 || count <= 0) continue
      this.#options.events.unlinkedLost({}, { count, path: join(log.directory, file.name) })
    }
  }
}

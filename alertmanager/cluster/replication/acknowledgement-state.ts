import type { Clock } from '#lib/clock.ts'
import type { Acknowledgement } from '../../acknowledge/acknowledgement.ts'
import type { Acknowledgements } from '../../acknowledge/acknowledgements.ts'
import { MAX_ALERTS, MAX_LENGTH_MS } from '../../acknowledge/limits.ts'
import { compileMatchers } from '../../silence/rules.ts'
import { hashText } from './digest.ts'
import { readMatchers, writeMatchers } from './matcher-record.ts'
import { BadRecord, readEach, readList, readText, readTime } from './read-record.ts'
import { type MergeResult, Merging, type SharedState, type Version } from './shared-state.ts'

export interface AcknowledgementStateOptions {
  readonly acknowledgements: Acknowledgements
  readonly clock: Clock
  readonly isLabelName: (name: string) => boolean
}

/** An acknowledgement as another member knows it, with those of its alerts that have not resolved since. */
interface Read {
  readonly acknowledgement: Acknowledgement
  readonly open: ReadonlySet<string>
}

/** How far ahead the clock of a member may be. */
const MAX_AHEAD_MS = 24 * 3_600_000

/** The acknowledgements: without them, another member would repeat what one of them does not. */
export class AcknowledgementState implements SharedState {
  readonly key = 'akn'
  readonly #options: AcknowledgementStateOptions

  constructor(options: AcknowledgementStateOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#options.acknowledgements.size
  }

  *versions(): Generator<Version> {
    const { acknowledgements } = this.#options
    for (const acknowledgement of acknowledgements.values()) {
      if (!acknowledgements.isKept(acknowledgement)) continue
      const { id, endsAtMs, updatedAtMs } = acknowledgement
      yield [id, hashText(`${id} ${endsAtMs} ${updatedAtMs}`)]
    }
  }

  encode(id: string): string | undefined {
    const { acknowledgements } = this.#options
    const acknowledgement = acknowledgements.get(id)
    if (acknowledgement === undefined || !acknowledgements.isKept(acknowledgement)) return undefined
    const { owner, comment, matchers, createdAtMs, endsAtMs, updatedAtMs, alerts } = acknowledgement
    const flat = Array.from(alerts, ([fingerprint, startsByMs]) => {
      return [fingerprint, startsByMs, Number(acknowledgements.isOpen(acknowledgement, fingerprint))]
    })
    return JSON.stringify({
      ...{ id, owner, comment, m: writeMatchers(matchers), createdAtMs, endsAtMs, updatedAtMs, a: flat },
    })
  }

  merge(records: readonly unknown[]): MergeResult {
    const { acknowledgements } = this.#options
    const merging = new Merging()
    const refuse = (why: string): void => merging.refuse(why)
    for (const { acknowledgement, open } of readEach(records, (record) => this.#read(record), refuse)) {
      const { id, updatedAtMs } = acknowledgement
      const outcome = acknowledgements.merge(acknowledgement, open)
      if (outcome === 'refused') refuse('there are too many acknowledgements, or it is over for long')
      else merging.add(id, outcome === 'news', acknowledgements.get(id)?.updatedAtMs === updatedAtMs)
    }
    return merging.result
  }

  #read(record: Readonly<Record<string, unknown>>): Read {
    const { clock, isLabelName } = this.#options
    const latestMs = clock.nowMs() + MAX_AHEAD_MS
    const createdAtMs = readTime(record.createdAtMs, latestMs)
    const posted = readMatchers(record.m)
    const compiled = posted.length === 0 ? { ok: true as const, matchers: [] } : compileMatchers(posted, isLabelName)
    if (!compiled.ok) throw new BadRecord(compiled.problem)
    const alerts = new Map<string, number>()
    const open = new Set<string>()
    for (const item of readList(record.a, MAX_ALERTS)) {
      const [fingerprint, startsByMs, isOpen] = readList(item, 3)
      const name = readText(fingerprint, 16)
      alerts.set(name, readTime(startsByMs))
      if (isOpen === 1) open.add(name)
    }
    const acknowledgement = {
      ...{
        id: readText(record.id, 100),
        owner: readText(record.owner, 1_000),
        comment: readText(record.comment, 10_000),
      },
      ...{ matchers: compiled.matchers, createdAtMs, alerts },
      endsAtMs: readTime(record.endsAtMs, createdAtMs + MAX_LENGTH_MS),
      updatedAtMs: readTime(record.updatedAtMs, latestMs),
    }
    return { acknowledgement, open }
  }
}

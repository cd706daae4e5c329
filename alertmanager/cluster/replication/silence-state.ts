import type { Clock } from '#lib/clock.ts'
import { compileMatchers } from '../../silence/rules.ts'
import { compareChanges, printSilence, type Silence } from '../../silence/silence.ts'
import type { Silences } from '../../silence/silences.ts'
import { hashText } from './digest.ts'
import { readMatchers, writeMatchers } from './matcher-record.ts'
import { BadRecord, readEach, readLabels, readText, readTime, writeLabels } from './read-record.ts'
import { type MergeResult, Merging, type SharedState, type Version, VersionHashes } from './shared-state.ts'

export interface SilenceStateOptions {
  readonly silences: Silences
  readonly clock: Clock
  readonly isLabelName: (name: string) => boolean
}

/** How far ahead the clock of a member may be by which a silence was made. */
const MAX_AHEAD_MS = 24 * 3_600_000
/** Beyond it none is taken over, whatever the limit for those that are made here. */
const MAX_SILENCES = 1_000_000

/**
 * The silences. The later change counts, by the clock of the member that made it: a change is always later than the one
 * that it changes, whatever the clocks; of two that were made without knowing of each other the one counts whose member's
 * clock is ahead.
 */
export class SilenceState implements SharedState {
  readonly key = 'sil'
  readonly #options: SilenceStateOptions
  readonly #hashes = new VersionHashes<Silence>((silence) => hashText(printSilence(silence)))

  constructor(options: SilenceStateOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#options.silences.size
  }

  *versions(): Generator<Version> {
    for (const silence of this.#options.silences.values()) {
      if (this.#isKept(silence)) yield [silence.id, this.#hashes.of(silence)]
    }
  }

  encode(id: string): string | undefined {
    const silence = this.#options.silences.get(id)
    if (silence === undefined || !this.#isKept(silence)) return undefined
    const { startsAtMs, endsAtMs, updatedAtMs, createdBy, comment } = silence
    return JSON.stringify({
      id,
      m: writeMatchers(silence.matchers),
      ...{ startsAtMs, endsAtMs, updatedAtMs, createdBy, comment },
      a: writeLabels(silence.annotations),
    })
  }

  merge(records: readonly unknown[]): MergeResult {
    const { silences } = this.#options
    const merging = new Merging()
    for (const silence of readEach(
      records,
      (record) => this.#read(record),
      (why) => merging.refuse(why),
    )) {
      const isNews = silences.merge(silence)
      const known = silences.get(silence.id)
      merging.add(silence.id, isNews, known === undefined || compareChanges(known, silence) === 0)
    }
    return merging.result
  }

  #isKept(silence: Silence): boolean {
    return this.#options.silences.isKept(silence)
  }

  #read(record: Readonly<Record<string, unknown>>): Silence {
    const { silences, clock, isLabelName } = this.#options
    const id = readText(record.id, 100)
    const updatedAtMs = readTime(record.updatedAtMs, clock.nowMs() + MAX_AHEAD_MS)
    const known = silences.get(id)
    if (known === undefined && silences.size >= MAX_SILENCES) throw new BadRecord('there are too many silences')
    const compiled = compileMatchers(readMatchers(record.m), isLabelName)
    if (!compiled.ok) throw new BadRecord(compiled.problem)
    const [startsAtMs, endsAtMs] = [readTime(record.startsAtMs), readTime(record.endsAtMs)]
    if (endsAtMs < startsAtMs) throw new BadRecord('a silence ends before it starts')
    return {
      ...{ id, matchers: compiled.matchers, startsAtMs, endsAtMs, updatedAtMs },
      createdBy: readText(record.createdBy),
      comment: readText(record.comment),
      annotations: readLabels(record.a),
    }
  }
}

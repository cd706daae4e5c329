import type { SeriesFamily, SeriesRefusal, SeriesSink } from '../series/series-sink.ts'
import { familiesOf, type GroupState, type PushGroup } from './push-group.ts'
import { eachSample } from './pushed-family.ts'

interface Shown {
  readonly family: SeriesFamily
  readonly name: string
  readonly labels: readonly string[]
}

/** Who is sent samples by remote write forgets series of which nothing comes for five minutes. */
const REPEAT_MS = 60_000

/** The series of a group in the table: what a push leaves out of it ends, what stays goes on. */
export class GroupSeries {
  readonly #group: PushGroup
  readonly #sink: SeriesSink
  #shown = new Map<string, Shown>()
  #timeMs = 0

  constructor(group: PushGroup, sink: SeriesSink) {
    this.#group = group
    this.#sink = sink
  }

  /** Whether it was shown so long ago that it is to be shown again, as it is. */
  isOld(nowMs: number): boolean {
    return nowMs - this.#timeMs >= REPEAT_MS
  }

  /**
   * Shows a state in place of the one before; undefined for none.
   *
   * @returns why the table has no series of it, if one was refused
   */
  show(state: GroupState | undefined, nowMs: number): SeriesRefusal | undefined {
    const { source } = this.#group
    // Of two samples at the same time the table takes the first.
    this.#timeMs = Math.max(nowMs, this.#timeMs + 1)
    if (state === undefined) {
      this.#sink.removeSource(source)
      this.#shown.clear()
      return undefined
    }
    const before = this.#shown
    this.#shown = new Map()
    let refusal: SeriesRefusal | undefined
    for (const pushed of familiesOf(this.#group, state)) {
      const family: SeriesFamily = { name: pushed.name, type: pushed.type, help: pushed.help, unit: '' }
      for (const metric of pushed.metrics) {
        eachSample(pushed, metric, (name, all, value) => {
          const labels = withoutEmpty(all)
          const key = `${name}\0${labels.join('\0')}`
          before.delete(key)
          this.#shown.set(key, { family, name, labels })
          const reason = this.#sink.put(source, family, name, labels, value, this.#timeMs)
          refusal ??= reason
        })
      }
    }
    for (const { family, name, labels } of before.values()) this.#sink.end(source, family, name, labels, this.#timeMs)
    return refusal
  }
}

/** Labels without a value are none. */
function withoutEmpty(labels: readonly string[]): readonly string[] {
  let hasEmpty = false
  for (let index = 1; index < labels.length && !hasEmpty; index += 2) hasEmpty = labels[index] === ''
  if (!hasEmpty) return labels
  return labels.flatMap((name, index) =>
    index % 2 === 0 && labels[index + 1] !== '' ? [name, labels[index + 1]!] : [],
  )
}

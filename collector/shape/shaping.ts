import type { CollectorEvents } from '../events.ts'
import type { AttributeStats } from './attribute-limits.ts'
import type { ShapeConfig } from './config.ts'
import { CounterSeries } from './derived-counter.ts'
import { HistogramSeries } from './derived-histogram.ts'
import type { JsonStats } from './json-body.ts'
import type { UsualStream } from './routes.ts'
import { type Shaped, Shaper, type ShaperDeps } from './shaper.ts'

/** The shaping that is in force; nothing if the configuration asks for none. */
export class Shaping {
  readonly #events: CollectorEvents
  readonly #usual: UsualStream
  /** Of the configuration that the process began with. */
  readonly counters: readonly CounterSeries[]
  readonly histograms: readonly HistogramSeries[]
  /** Counters, read when scraped. */
  readonly json: JsonStats = { parsed: 0, invalid: 0, tooLarge: 0, limited: 0 }
  readonly attributes: AttributeStats = { dropped: 0, cut: 0 }
  #shaper: Shaper | undefined
  /** Of redactors that are in force no more. */
  readonly #redactionsBefore = new Map<string, number>()

  constructor(config: ShapeConfig, usual: UsualStream, events: CollectorEvents) {
    this.#events = events
    this.#usual = usual
    this.counters = config.counters.map((spec) => new CounterSeries(spec, config.max_series))
    this.histograms = config.histograms.map((spec) => new HistogramSeries(spec, config.max_series))
    this.#shaper = this.#create(config)
  }

  /** Makes what another configuration asks for, or throws; what is returned puts it in force. */
  prepare(config: ShapeConfig): () => void {
    const shaper = this.#create(config)
    return () => {
      for (const [name, count] of this.#redactionsNow()) {
        this.#redactionsBefore.set(name, (this.#redactionsBefore.get(name) ?? 0) + count)
      }
      this.#shaper = shaper
    }
  }

  /** Secrets that were replaced since the start, by pattern. */
  get redactions(): ReadonlyMap<string, number> {
    const counts = new Map(this.#redactionsBefore)
    for (const [name, count] of this.#redactionsNow()) counts.set(name, (counts.get(name) ?? 0) + count)
    return counts
  }

  /** Shapes an ExportLogsServiceRequest; undefined if it goes on as it is. */
  shape(request: Buffer, receivedAtMs: number): Shaped | undefined {
    return this.#shaper?.shape(request, receivedAtMs)
  }

  #create(config: ShapeConfig): Shaper | undefined {
    return isEmpty(config) ? undefined : new Shaper(config, this.#deps)
  }

  get #deps(): ShaperDeps {
    const { json, attributes, counters, histograms } = this
    return { usual: this.#usual, events: this.#events, json, attributes, counters, histograms }
  }

  #redactionsNow(): Iterable<readonly [string, number]> {
    const redactor = this.#shaper?.redactor
    return (redactor?.names ?? []).map((name, index) => [name, redactor!.counts[index]!] as const)
  }
}

function isEmpty(config: ShapeConfig): boolean {
  const { redact, json, counters, histograms, rules, routes, attribute_limits: limits } = config
  if (Object.values(limits).some((limit) => limit !== undefined)) return false
  return [redact.presets, redact.patterns, json.bodies, counters, histograms, rules, routes].every(
    (list) => list.length === 0,
  )
}

import type { CollectorEvents } from '../../collector/events.ts'
import type { ShapeConfig } from '../../collector/shape/config.ts'
import { CounterSeries } from '../../collector/shape/derived-counter.ts'
import { HistogramSeries } from '../../collector/shape/derived-histogram.ts'
import type { JsonStats } from '../../collector/shape/json-body.ts'
import { Shaper } from '../../collector/shape/shaper.ts'

export const JSON_LIMITS = { max_depth: 3, max_fields: 20, max_bytes: 1_000, max_value_bytes: 30 } as const

/** A configuration that asks for nothing else. */
export function shapeConfig(some: Partial<ShapeConfig>): ShapeConfig {
  const json = { bodies: [], ...JSON_LIMITS }
  return {
    redact: { presets: [], patterns: [] },
    json,
    counters: [],
    histograms: [],
    max_series: 10,
    rules: [],
    routes: [],
    attribute_limits: {},
    ...some,
  }
}

export function createShaper(
  config: ShapeConfig,
  events: CollectorEvents,
  usual = { dataset: 'x', namespace: 'y' },
  json: JsonStats = { parsed: 0, invalid: 0, tooLarge: 0, limited: 0 },
): Shaper {
  const counters = config.counters.map((spec) => new CounterSeries(spec, config.max_series))
  const histograms = config.histograms.map((spec) => new HistogramSeries(spec, config.max_series))
  return new Shaper(config, { usual, events, json, attributes: { dropped: 0, cut: 0 }, counters, histograms })
}

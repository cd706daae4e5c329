import { formatGoFloat } from '#lib/go-float.ts'
import type { Problems } from './push-refusal.ts'

/** As Prometheus' data model (prometheus/client_model, metrics.proto) and Pushgateway's API name them. */
export type PushedType = 'counter' | 'gauge' | 'summary' | 'untyped' | 'histogram'

/** A counter, a gauge, or what has no type. */
export interface PushedValue {
  /** Names and values in turn, sorted by name. */
  labels: readonly string[]
  readonly value: number
}

/** A summary or a classic histogram. */
export interface PushedDistribution {
  labels: readonly string[]
  count: number
  sum: number
  /** Quantile and value, or upper bound and cumulative count, in turn. */
  readonly parts: number[]
}

export type PushedMetric = PushedValue | PushedDistribution

/** All that a group has of a metric. */
export interface PushedFamily {
  readonly name: string
  readonly type: PushedType
  readonly help: string
  readonly metrics: readonly PushedMetric[]
}

/** What the body of a push has. */
export interface ReadFamilies {
  readonly families: readonly PushedFamily[]
  readonly hasTimestamps: boolean
  /** What is well-formed but can't be a metric. */
  readonly problems: Problems
}

export function isDistribution(metric: PushedMetric): metric is PushedDistribution {
  return 'parts' in metric
}

/** Series that a metric is in Prometheus. */
export function seriesOf(metric: PushedMetric, type: PushedType): number {
  if (!isDistribution(metric)) return 1
  return metric.parts.length / 2 + (type === 'histogram' && !hasInfinity(metric) ? 3 : 2)
}

type TakeSample = (name: string, labels: readonly string[], value: number) => void

/** Says of a metric what Prometheus would see: a histogram always has its last bucket, its sum and its count. */
export function eachSample(family: PushedFamily, metric: PushedMetric, take: TakeSample): void {
  const { name, type } = family
  const { labels } = metric
  if (!isDistribution(metric)) {
    take(name, labels, metric.value)
    return
  }
  const isHistogram = type === 'histogram'
  const { parts, count, sum } = metric
  const partName = isHistogram ? `${name}_bucket` : name
  const label = isHistogram ? 'le' : 'quantile'
  for (let index = 0; index < parts.length; index += 2) {
    take(partName, withLabel(labels, label, formatGoFloat(parts[index]!)), parts[index + 1]!)
  }
  if (isHistogram && !hasInfinity(metric)) take(partName, withLabel(labels, label, '+Inf'), count)
  take(`${name}_sum`, labels, sum)
  take(`${name}_count`, labels, count)
}

/** Labels with another one; it takes the place of one of the same name. */
export function withLabel(labels: readonly string[], name: string, value: string): readonly string[] {
  let at = 0
  while (at < labels.length && labels[at]! < name) at += 2
  const isThere = labels[at] === name
  return [...labels.slice(0, at), name, value, ...labels.slice(isThere ? at + 2 : at)]
}

function hasInfinity({ parts }: PushedDistribution): boolean {
  return parts.length > 0 && parts[parts.length - 2] === Number.POSITIVE_INFINITY
}

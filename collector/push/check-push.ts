import { EXPOSITION_LIMITS } from '#lib/exposition/limits.ts'
import { formatGoFloat } from '#lib/go-float.ts'
import { quoteGo } from '#lib/go-quote.ts'
import type { Grouping } from './grouping.ts'
import { FAILURE_TIME, PUSH_TIME, withInstance } from './push-group.ts'
import type { Problems } from './push-refusal.ts'
import { isDistribution, type PushedFamily, type PushedMetric, withLabel } from './pushed-family.ts'

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/
/** Beyond, an error does not quote. */
const MOST_QUOTED = 1_000

/**
 * Gives pushed metrics the labels of their group, which win over their own, and an instance; says what of them cannot be.
 * Times of pushes that somebody pushes are left out: they are ours.
 */
export function groupFamilies(
  families: readonly PushedFamily[],
  grouping: Grouping,
  problems: Problems,
): PushedFamily[] {
  const grouped: PushedFamily[] = []
  for (const family of families) {
    const { name } = family
    if (name === PUSH_TIME || name === FAILURE_TIME) continue
    if (!METRIC_NAME.test(name) || name.length > EXPOSITION_LIMITS.maxNameBytes) {
      problems.add(`${quoteGo(name.slice(0, MOST_QUOTED))} is not the name of a metric`)
      continue
    }
    const metrics = family.metrics.map((metric) => ({ ...metric, labels: groupLabels(metric.labels, grouping) }))
    for (const metric of metrics) checkLabels(family, metric, problems)
    grouped.push({ ...family, metrics })
  }
  return grouped
}

function groupLabels(own: readonly string[], grouping: Grouping): readonly string[] {
  let labels = own
  for (const [name, value] of grouping) labels = withLabel(labels, name, value)
  for (let index = 0; index < labels.length; index += 2) if (labels[index] === 'instance') return labels
  return withLabel(labels, 'instance', withInstance(grouping).get('instance')!)
}

function checkLabels(family: PushedFamily, metric: PushedMetric, problems: Problems): void {
  const { labels } = metric
  const { maxLabels, maxNameBytes, maxValueBytes } = EXPOSITION_LIMITS
  const say = (what: string) => problems.add(`collected metric ${describeMetric(family, metric)} ${what}`)
  if (labels.length > 2 * maxLabels) say(`has more than ${maxLabels} labels`)
  const own = isDistribution(metric) ? (family.type === 'histogram' ? 'le' : 'quantile') : undefined
  for (let index = 0; index < labels.length; index += 2) {
    const name = labels[index]!
    if (!LABEL_NAME.test(name)) say(`has a label with an invalid name: ${name.slice(0, MOST_QUOTED)}`)
    if (name.length > maxNameBytes) say(`has a label whose name has more than ${maxNameBytes} bytes`)
    if (name === labels[index + 2]) say(`has two or more labels with the same name: ${name}`)
    if (name === own) say(`has a label ${name}, which is that of its parts`)
    if (labels[index + 1]!.length > maxValueBytes) say(`has a label whose value has more than ${maxValueBytes} bytes`)
  }
}

/** A metric in an error, as Pushgateway shows it, but for the content of histograms and summaries. */
export function describeMetric({ name, type }: PushedFamily, metric: PushedMetric): string {
  let text = ''
  const { labels } = metric
  for (let index = 0; index < labels.length && text.length < MOST_QUOTED; index += 2) {
    const value = labels[index + 1]!.slice(0, MOST_QUOTED)
    text += `label:<name:${quoteGo(labels[index]!.slice(0, MOST_QUOTED))} value:${quoteGo(value)} > `
  }
  const content = isDistribution(metric) ? '' : `value:${formatGoFloat(metric.value)} `
  return `${quoteGo(name)} { ${text}${type}:<${content}> }`
}

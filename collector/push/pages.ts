import { formatGoFloat } from '#lib/go-float.ts'
import { familiesOf, type GroupState, type PushGroup } from './push-group.ts'
import { eachSample, isDistribution, type PushedFamily, type PushedMetric } from './pushed-family.ts'

/** A group as it is shown. */
export interface ShownGroup {
  readonly group: PushGroup
  readonly state: GroupState
}

/** All that is pushed in Prometheus' text format 0.0.4, in pieces, as Pushgateway's `/metrics` has it. */
export function* renderText(groups: Iterable<ShownGroup>): Generator<string> {
  const byName = new Map<string, PushedFamily[]>()
  for (const { group, state } of groups) {
    for (const family of familiesOf(group, state)) {
      const known = byName.get(family.name)
      if (known === undefined) byName.set(family.name, [family])
      else known.push(family)
    }
  }
  for (const name of [...byName.keys()].sort()) {
    const families = byName.get(name)!
    const help = families.find((family) => family.help !== '')?.help
    if (help !== undefined) yield `# HELP ${name} ${help.replace(/[\\\n]/g, escapeCharacter)}\n`
    yield `# TYPE ${name} ${families[0]!.type}\n`
    for (const family of families) yield renderFamily(family)
  }
}

function renderFamily(family: PushedFamily): string {
  let text = ''
  for (const metric of family.metrics) {
    eachSample(family, metric, (name, labels, value) => {
      text += `${name}${renderLabels(labels)} ${formatGoFloat(value)}\n`
    })
  }
  return text
}

function renderLabels(labels: readonly string[]): string {
  let text = ''
  for (let index = 0; index < labels.length; index += 2) {
    text += `${index === 0 ? '' : ','}${labels[index]!}="${labels[index + 1]!.replace(/[\\\n"]/g, escapeCharacter)}"`
  }
  return `{${text}}`
}

function escapeCharacter(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`
}

/** All groups as Pushgateway's `/api/v1/metrics` has them, in pieces. */
export function* renderGroups(groups: Iterable<ShownGroup>): Generator<string> {
  yield '{"status":"success","data":['
  let separator = ''
  for (const { group, state } of groups) {
    yield separator + JSON.stringify(describeGroup(group, state))
    separator = ','
  }
  yield ']}'
}

function describeGroup(group: PushGroup, state: GroupState): object {
  const { succeededMs, failedMs, pushedAtMs, expiresMs } = state
  // What was pushed may have any name, also that of an object's own property.
  const fields = new Map<string, unknown>()
  for (const family of familiesOf(group, state)) {
    const { name, type, help, metrics } = family
    fields.set(name, {
      time_stamp: new Date(pushedAtMs.get(name) ?? Math.max(succeededMs, failedMs)).toISOString(),
      type: type.toUpperCase(),
      ...(help === '' ? {} : { help }),
      metrics: metrics.map((metric) => describeMetric(family, metric)),
    })
  }
  if (expiresMs > 0) fields.set('expires', new Date(expiresMs).toISOString())
  fields.set('labels', Object.fromEntries(group.grouping))
  fields.set('last_push_successful', succeededMs > failedMs)
  return Object.fromEntries(fields)
}

function describeMetric({ type }: PushedFamily, metric: PushedMetric): object {
  const labels = Object.fromEntries(pairs(metric.labels))
  if (!isDistribution(metric)) return { labels, value: formatGoFloat(metric.value) }
  const parts = metric.parts.map((number) => formatGoFloat(number))
  const kind = type === 'histogram' ? 'buckets' : 'quantiles'
  const { count, sum } = metric
  return { labels, count: formatGoFloat(count), sum: formatGoFloat(sum), [kind]: Object.fromEntries(pairs(parts)) }
}

function* pairs(texts: readonly string[]): Generator<readonly [string, string]> {
  for (let index = 0; index < texts.length; index += 2) yield [texts[index]!, texts[index + 1]!]
}

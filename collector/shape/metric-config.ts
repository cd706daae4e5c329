import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { list, mapping, number, optional, type Static, section, text } from '#lib/config/schema.ts'
import { compilePattern } from '#lib/match/pattern.ts'
import { checkCondition, conditionKeys } from './condition-config.ts'
import { FIELD_SOURCES, parseFieldSource } from './field-source.ts'

const RESERVED_METRICS = /^(vedette|process|nodejs)_|^logs_(bytes_)?total$/
const PARTS_OF_METRICS = /_(total|bucket|sum|count|created)$/
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,62}$/
const MOST_BUCKETS = 100

const WHERE =
  'It is in the table of series, with the labels `job="vedette-logs"` and `instance`. A record counts once the request it came in is delivered, once however often its documents were sent, and also if a rule drops it. Counts begin at 0 when the collector starts, and what was being delivered when it stopped counts then.'

const labels = () =>
  mapping(text({ description: `The field whose value it has: ${FIELD_SOURCES}.` }), {
    description: 'Labels by name, as `app: label:app`.',
    default: {},
  })

/** Counters of the configuration. */
export function countersList() {
  return list(
    section(`A counter of the records that meet all of the conditions. ${WHERE}`, {
      name: text({ description: 'Name of the metric.', pattern: '^[a-z][a-z0-9_]{0,100}_total$' }),
      help: text({
        description: 'What it counts.',
        default: 'Records that meet a condition of the configuration.',
      }),
      ...conditionKeys(),
      sum: optional(
        text({
          description: 'A field whose numbers are summed up, as `attribute:bytes`, in place of counting records.',
        }),
      ),
      labels: labels(),
    }),
    { description: 'Counters from logs.', default: [] },
  )
}

/** Histograms of the configuration. */
export function histogramsList() {
  return list(
    section(
      `A histogram of a number in the records that meet all of the conditions; one without a number is counted in \`derived_values_invalid_total\`. ${WHERE}`,
      {
        name: text({ description: 'Name of the metric.', pattern: '^[a-z][a-z0-9_]{0,100}$' }),
        help: text({
          description: 'What it measures.',
          default: 'Values of records that meet a condition of the configuration.',
        }),
        ...conditionKeys(),
        value: optional(
          text({ description: 'The field that has the number, as `attribute:duration` or `json:http.duration_ms`.' }),
        ),
        pattern: optional(
          text({
            description:
              'An RE2 pattern over the first 64 KiB of the text, in place of a field: its first group is the number.',
            minLength: 1,
          }),
        ),
        scale: number({
          description: 'What numbers are multiplied by, as `0.001` to make seconds of milliseconds.',
          default: 1,
        }),
        buckets: list(number({ description: 'Upper bound.' }), {
          description: 'Upper bounds of the buckets; that of infinity need not be named.',
          default: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        }),
        labels: labels(),
      },
    ),
    { description: 'Histograms from logs.', default: [] },
  )
}

export type CounterSpec = Static<ReturnType<typeof countersList>>[number]
export type HistogramSpec = Static<ReturnType<typeof histogramsList>>[number]

/** Checks what the schema does not say. */
export function checkMetrics(
  {
    counters,
    histograms,
  }: { readonly counters: readonly CounterSpec[]; readonly histograms: readonly HistogramSpec[] },
  path: Path,
  report: Report,
): void {
  const names = new Set<string>()
  const checkCommon = (spec: CounterSpec | HistogramSpec, here: Path) => {
    const { name } = spec
    if (names.has(name)) report([...here, 'name'], `there is another metric "${name}"`)
    names.add(name)
    if (RESERVED_METRICS.test(name)) report([...here, 'name'], `names that begin so are the collector's own`)
    for (const [label, source] of Object.entries(spec.labels)) {
      if (!LABEL_NAME.test(label)) report([...here, 'labels', label], `"${label}" cannot be the name of a label`)
      if (parseFieldSource(source) === undefined) report([...here, 'labels', label], `there is no field ${source}`)
    }
    checkCondition(spec, here, report)
  }
  for (const [index, counter] of counters.entries()) {
    const here = [...path, 'counters', index]
    const { sum } = counter
    if (sum !== undefined && parseFieldSource(sum) === undefined) report([...here, 'sum'], `there is no field ${sum}`)
    checkCommon(counter, here)
  }
  for (const [index, histogram] of histograms.entries()) {
    const here = [...path, 'histograms', index]
    checkHistogram(histogram, here, report)
    checkCommon(histogram, here)
  }
}

function checkHistogram(
  { name, value, pattern, buckets, labels: own }: HistogramSpec,
  here: Path,
  report: Report,
): void {
  if (PARTS_OF_METRICS.test(name)) report([...here, 'name'], `the name of a histogram can't end so: "${name}"`)
  if ((value === undefined) === (pattern === undefined))
    report(here, 'a histogram needs value or pattern, and not both')
  if (value !== undefined && parseFieldSource(value) === undefined) {
    report([...here, 'value'], `there is no field ${value}`)
  }
  if (Object.hasOwn(own, 'le')) report([...here, 'labels', 'le'], '"le" is the label of the buckets')
  if (buckets.length === 0 || buckets.length > MOST_BUCKETS) {
    report([...here, 'buckets'], `a histogram has 1 to ${MOST_BUCKETS} buckets`)
  }
  if (new Set(buckets).size < buckets.length) report([...here, 'buckets'], 'a bucket is there twice')
  if (pattern === undefined) return
  const compiled = compilePattern(pattern)
  if (!compiled.ok) report([...here, 'pattern'], `pattern: ${compiled.problem}`)
  else if (compiled.pattern.groupCount() < 1) report([...here, 'pattern'], 'pattern: it has no group')
}

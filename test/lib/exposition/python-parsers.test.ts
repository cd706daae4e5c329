import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ExpositionError } from '#lib/exposition/exposition-error.ts'
import type { ExpositionFormat } from '#lib/exposition/format.ts'
import { parseExposition } from '../../support/parse-exposition.ts'
import { findPython, type PythonSample, parseByPython } from '../../support/python-exposition.ts'

/** Pages of text 0.0.4 that both parsers take, with the same samples, or both refuse. */
const TEXT_ALIKE = [
  '',
  'a 1\n',
  'a 1',
  'a 1 1000\n',
  'a\t1\t1000\n',
  '  a   1   1000  \n',
  'a{b="c"} 1\n',
  'a { b = "c" } 1\n',
  'a{b="c",} 1\n',
  'a{} 1\n',
  'a{b="\\\\ \\" \\n {} , ="} 1\n',
  'a{b=""} 1\n',
  'a{b="ü€😀"} 1\n',
  'a NaN\na{x="1"} +Inf\na{x="2"} -Inf\na{x="3"} 1.5e-07\na{x="4"} -0\n',
  '# HELP a Some help\n# TYPE a gauge\na 1\n',
  '# TYPE a gauge\n# HELP a Some help\n\n\na 1\n# a comment\n#\n',
  '# TYPE a histogram\na_bucket{le="1"} 1\na_bucket{le="+Inf"} 2\na_sum 3\na_count 2\n',
  '# TYPE a summary\na{quantile="0.5"} 1\na_sum 3\na_count 2\n',
  '# TYPE a gauge\na 1\nb 2\n# TYPE c gauge\nc 3\n',
  'a x\n',
  'a\n',
  'a{b="c} 1\n',
  '{b="c"} 1\n',
  'a{b=c} 1\n',
  'a 1 x\n',
  'a-b 1\n',
]

/** As above, of OpenMetrics. */
const OPENMETRICS_ALIKE = [
  '# EOF\n',
  '# EOF',
  '# TYPE a gauge\n# HELP a Some \\"help\\"\na 1\n# EOF\n',
  '# TYPE a_s gauge\n# UNIT a_s s\na_s 1\n# EOF\n',
  '# TYPE a counter\na_total{b="c"} 1 1.5 # {t="x"} 0.5 1.25\na_created{b="c"} 2 1.5\n# EOF\n',
  '# TYPE a histogram\na_bucket{le="1.0"} 1\na_bucket{le="+Inf"} 2 # {} 5\na_count 2\na_sum 3\n# EOF\n',
  '# TYPE a summary\na{quantile="0.5"} 1\na_count 2\na_sum 3\n# EOF\n',
  '# TYPE a info\na_info{b="c"} 1\n# EOF\n',
  '# TYPE a stateset\na{a="b"} 1\n# EOF\n',
  '# TYPE a unknown\na 1\nb 2\n# EOF\n',
  'a{b="\\\\ \\" \\n"} NaN\n# EOF\n',
  'a 1\n',
  '# EOF\na 1\n',
  '# EOF\n# EOF\n',
  'a 1\n\n# EOF\n',
  'a  1\n# EOF\n',
  'a 1  2\n# EOF\n',
  'a{b="c",} 1\n# EOF\n',
  'a{b="c"}1\n# EOF\n',
  'a{b="c",b="d"} 1\n# EOF\n',
  'a{b=c} 1\n# EOF\n',
  'a 1_000\n# EOF\n',
  'a 1 # {b="c"}\n# EOF\n',
  '# comment\n# EOF\n',
  '# TYPE a untyped\n# EOF\n',
  '# TYPE a gauge\n# TYPE a gauge\n# EOF\n',
  '# HELP a b\n# HELP a b\n# EOF\n',
  '# TYPE a gauge\na 1\n# HELP a b\n# EOF\n',
  '# TYPE a gauge\n# UNIT a s\n# EOF\n',
  '# TYPE a_s info\n# UNIT a_s s\n# EOF\n',
  'a 1\nb 1\na{x="1"} 1\n# EOF\n',
]

/** What they disagree about, and why. */
const DIFFERENT: readonly (readonly [ExpositionFormat, string, ours: 'takes' | 'refuses', why: string])[] = [
  ['text', 'a 1_000\n', 'refuses', 'Prometheus does; Python reads its own numbers'],
  ['text', 'a 1e999\n', 'refuses', 'Prometheus does'],
  ['text', 'a{b="c",b="d"} 1\n', 'refuses', 'Prometheus does'],
  ['text', 'a{b="c" d="e"} 1\n', 'refuses', 'Prometheus does'],
  ['text', 'a 1 1.5\n', 'refuses', 'Prometheus does'],
  ['text', 'a 1 2 3\n', 'refuses', 'Prometheus does'],
  ['text', 'a 1\r\n', 'refuses', 'Prometheus does'],
  ['openmetrics', '# TYPE a counter\na_total -1\n# EOF\n', 'takes', 'values are not judged, as in Prometheus'],
  ['openmetrics', '# TYPE a info\na_info 2\n# EOF\n', 'takes', 'likewise'],
  ['openmetrics', '# TYPE a stateset\na{a="b"} 2\n# EOF\n', 'takes', 'likewise'],
  ['openmetrics', '# TYPE a stateset\na 1\n# EOF\n', 'takes', 'nor are the labels that a type needs'],
  ['openmetrics', '# TYPE a summary\na{quantile="2"} 1\n# EOF\n', 'takes', 'likewise'],
  ['openmetrics', '# TYPE a histogram\na_bucket{le="1"} 1\n# EOF\n', 'takes', 'it becomes a series without a type'],
  ['openmetrics', '# TYPE a histogram\na_bucket{le="1.0"} 1\na_count 1\na_sum 1\n# EOF\n', 'takes', 'likewise'],
  ['openmetrics', '# TYPE a gauge\na 1 # {b="c"} 1\n# EOF\n', 'takes', 'exemplars are left out anyway'],
  ['openmetrics', '# TYPE a gauge\na 1 2\na 1\n# EOF\n', 'takes', 'of series that stand twice the first counts'],
]

const python = findPython()

describe('ExpositionParser and the official Python parsers', {
  skip: python === undefined && 'no Python with prometheus_client (Debian: python3-prometheus-client)',
}, () => {
  it('take and refuse the same', () => {
    const pages = [
      ...TEXT_ALIKE.map((text) => ['text', text] as const),
      ...OPENMETRICS_ALIKE.map((text) => ['openmetrics', text] as const),
    ]
    const theirs = parseByPython(python!, pages)
    for (const [index, [format, text]] of pages.entries()) {
      const their = theirs[index]!
      const ours = parse(format, text)
      const label = `${format}: ${JSON.stringify(text)}: ${typeof their === 'string' ? their : ''}`
      if (typeof their === 'string') assert.equal(typeof ours, 'string', label)
      else assert.deepEqual(ours, their, label)
    }
  })

  it('differ where it is said', () => {
    const theirs = parseByPython(
      python!,
      DIFFERENT.map(([format, text]) => [format, text]),
    )
    for (const [index, [format, text, ours, why]] of DIFFERENT.entries()) {
      const label = `${JSON.stringify(text)}: ${why}`
      assert.equal(typeof parse(format, text) === 'string' ? 'refuses' : 'takes', ours, label)
      assert.equal(
        typeof theirs[index] === 'string' ? 'refuses' : 'takes',
        ours === 'takes' ? 'refuses' : 'takes',
        label,
      )
    }
  })
})

function parse(format: ExpositionFormat, text: string): PythonSample[] | string {
  try {
    return parseExposition(text, format).samples.map(({ name, type, labels, value, timestampMs }) => {
      // Python's parser of text adds this to the names of counters that lack it.
      const theirs = type === 'counter' && format === 'text' && !name.endsWith('_total') ? `${name}_total` : name
      return [theirs, labels, printPython(value), timestampMs ?? null]
    })
  } catch (error) {
    assert.ok(error instanceof ExpositionError)
    return error.message
  }
}

function printPython(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  return Number.isInteger(value) ? `${value}.0` : String(value).replace(/e-(\d)$/, 'e-0$1')
}

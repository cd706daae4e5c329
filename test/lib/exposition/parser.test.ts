import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ExpositionError } from '#lib/exposition/exposition-error.ts'
import type { ExpositionFormat } from '#lib/exposition/format.ts'
import { ExpositionParser } from '#lib/exposition/parser.ts'
import { describeSamples, parseExposition } from '../../support/parse-exposition.ts'

function linesOf(text: string, format: ExpositionFormat = 'text'): string[] {
  return describeSamples(parseExposition(text, format))
}

function refusal(text: string | Buffer, format: ExpositionFormat = 'text', limits = {}): string {
  let message = ''
  assert.throws(
    () => parseExposition(text, format, { limits }),
    (error) => {
      assert.ok(error instanceof ExpositionError)
      message = `${error.fault}: ${error.message}`
      return true
    },
  )
  return message
}

const TEXT = `# A page of many sorts.
# HELP http_requests_total Requests\\nby \\\\ path.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# TYPE rpc_seconds summary
rpc_seconds{quantile="0.5"} 4.7e-05
rpc_seconds_sum 1.7560473e+07
rpc_seconds_count\t2693
  # TYPE latency histogram
latency_bucket { le = "0.1" , } 1
latency_bucket{le="+Inf"} 2
latency_sum NaN
latency_count 2
something_weird{problem="division by zero"} +Inf -3982045
path{dir="C:\\\\a\\"b\\nc\\d ü}"} -0
`

describe('ExpositionParser', () => {
  it('reads text 0.0.4, wherever the chunks end', () => {
    const whole = parseExposition(TEXT)
    assert.deepEqual(describeSamples(whole), [
      'http_requests_total{code="200",method="post"} 1027 1395066363000',
      'http_requests_total{code="400",method="post"} 3 1395066363000',
      'rpc_seconds{quantile="0.5"} 0.000047',
      'rpc_seconds_sum{} 17560473',
      'rpc_seconds_count{} 2693',
      'latency_bucket{le="0.1"} 1',
      'latency_bucket{le="+Inf"} 2',
      'latency_sum{} NaN',
      'latency_count{} 2',
      'something_weird{problem="division by zero"} Infinity -3982045',
      'path{dir="C:\\\\a\\"b\\nc\\\\d ü}"} -0',
    ])
    assert.deepEqual(whole.families, [
      { name: 'http_requests_total', type: 'counter', help: 'Requests\nby \\ path.', unit: '' },
      { name: 'rpc_seconds', type: 'summary', help: '', unit: '' },
      { name: 'latency', type: 'histogram', help: '', unit: '' },
      { name: 'something_weird', type: 'untyped', help: '', unit: '' },
      { name: 'path', type: 'untyped', help: '', unit: '' },
    ])
    for (const chunkBytes of [1, 2, 3, 7, 64]) assert.deepEqual(parseExposition(TEXT, 'text', { chunkBytes }), whole)
    assert.deepEqual(parseExposition(TEXT.slice(0, -1)), whole)
  })

  it('reads OpenMetrics', () => {
    const text = `# TYPE foo_seconds counter
# UNIT foo_seconds seconds
# HELP foo_seconds Some \\"help\\".
foo_seconds_total{a="b"} 17.0 1520879607.789 # {trace_id="a} # {b"} 0.67 1520879607.1
foo_seconds_created{a="b"} 1520872607.123
# TYPE hist histogram
hist_bucket{le="1.0"} 1 # {} 0.5
hist_bucket{le="+Inf"} 2
hist_count 2
hist_sum 3
# TYPE build info
build_info{version="1"} 1
bare 5
# EOF
`
    const whole = parseExposition(text, 'openmetrics')
    assert.deepEqual(describeSamples(whole), [
      'foo_seconds_total{a="b"} 17 1520879607789',
      'foo_seconds_created{a="b"} 1520872607.123',
      'hist_bucket{le="1.0"} 1',
      'hist_bucket{le="+Inf"} 2',
      'hist_count{} 2',
      'hist_sum{} 3',
      'build_info{version="1"} 1',
      'bare{} 5',
    ])
    assert.deepEqual(whole.families[0], {
      name: 'foo_seconds',
      type: 'counter',
      help: 'Some "help".',
      unit: 'seconds',
    })
    assert.deepEqual(
      whole.families.map(({ type }) => type),
      ['counter', 'histogram', 'info', 'untyped'],
    )
    for (const chunkBytes of [1, 5]) assert.deepEqual(parseExposition(text, 'openmetrics', { chunkBytes }), whole)
    assert.deepEqual(parseExposition(text.slice(0, -1), 'openmetrics'), whole)
  })

  it('reads names of any characters where they are quoted', () => {
    assert.deepEqual(linesOf('# TYPE "my.metric" counter\n{"my.metric","a.b"="c",d="e"} 1\n{"zwei"} 2\n'), [
      'my.metric{a.b="c",d="e"} 1',
      'zwei{} 2',
    ])
    assert.equal(parseExposition('# TYPE "my.metric" counter\n{"my.metric"} 1\n').samples[0]?.type, 'counter')
  })

  it('lets the samples of a metric stand apart in text, and not in OpenMetrics', () => {
    const text = '# TYPE a gauge\na{x="1"} 1\n# TYPE b counter\nb 2\na{x="2"} 3\n'
    assert.deepEqual(
      parseExposition(text).samples.map(({ type }) => type),
      ['gauge', 'counter', 'gauge'],
    )
    assert.equal(refusal(`${text}# EOF\n`, 'openmetrics'), 'syntax: line 5: the lines of "a" do not stand together')
  })

  it('hands on by its bytes what the sink knows', () => {
    const seen: string[] = []
    let families = 0
    const sink = {
      family() {
        families += 1
      },
      known(series: string, value: number, timestampMs: number | undefined) {
        if (!seen.includes(series)) return false
        seen.push(`${series}=${value}@${timestampMs}`)
        return true
      },
      sample(_name: string, _labels: readonly string[], _value: number, _time: number | undefined, series: string) {
        seen.push(series)
      },
    }
    const page = 'a{b="}",c="é"} 1\na 2 3\na {b="c"} 4\n{"q"} 5\n'
    for (let round = 0; round < 2; round++) {
      const parser = new ExpositionParser({ format: 'text', sink })
      parser.write(Buffer.from(page))
      parser.end()
      assert.equal(parser.samples, 4)
    }
    const latin1 = Buffer.from('a{b="}",c="é"}').toString('latin1')
    const series = [latin1, 'a', 'a {b="c"}', '{"q"}']
    assert.deepEqual(seen, [
      ...series,
      ...[`${latin1}=1@undefined`, 'a=2@3', 'a {b="c"}=4@undefined', '{"q"}=5@undefined'],
    ])
    assert.equal(families, 4)
  })

  it('does not take a line for one that it begins like', () => {
    const known: string[] = []
    const sink = {
      family() {},
      known: (series: string, value: number) => series === 'a{b="c"}' && known.push(`${series} ${value}`) > 0,
      sample() {},
    }
    const parser = new ExpositionParser({ format: 'openmetrics', sink })
    parser.write(Buffer.from('a{b="c"} 1\na{b="c"} 2 # {x="}"} 1\n'))
    assert.throws(() => parser.write(Buffer.from('a{b="c"} x\n')), /line 3: the value is no number: "x"/)
    assert.deepEqual(known, ['a{b="c"} 1', 'a{b="c"} 2'])
  })

  it('says what is wrong, and in which line', () => {
    const good = 'a 1\n'
    const cases: [string, string][] = [
      ['a', 'syntax: line 2: the value is missing'],
      ['a x', 'syntax: line 2: the value is no number: "x"'],
      ['a 0x1p3', 'syntax: line 2: the value is no number: "0x1p3"'],
      ['a 1_000', 'syntax: line 2: the value is no number: "1_000"'],
      ['a 1e999', 'syntax: line 2: the value is no number: "1e999"'],
      ['a 1 1.5', 'syntax: line 2: the timestamp is no number: "1.5"'],
      ['a 1 1 1', 'syntax: line 2: nothing may follow a sample, but there is "1"'],
      ['a{b="c" 1', 'syntax: line 2: after a label comes "," or "}", not "1"'],
      ['a{b=c} 1', 'syntax: line 2: the value of the label "b" must stand in quotes'],
      ['a{b} 1', 'syntax: line 2: after the label "b" comes "=", not "} 1"'],
      ['a{="c"} 1', 'syntax: line 2: a label begins with its name, not with "=\\"c\\"} 1"'],
      ['a{1b="c"} 1', 'syntax: line 2: a label begins with its name, not with "1b=\\"c\\"} 1"'],
      ['a{b="c} 1', 'syntax: line 2: a quote is not closed'],
      ['a{b="c",b="d"} 1', 'syntax: line 2: the label "b" stands twice'],
      ['{b="c"} 1', 'syntax: line 2: a sample begins with the name of a metric, not with "{b=\\"c\\"} 1"'],
      ['1a 1', 'syntax: line 2: a sample begins with the name of a metric, not with "1a 1"'],
      ['a\r 1', 'syntax: line 2: the value is no number: "\\r"'],
      ['# TYPE a rate', 'syntax: line 2: "rate" is no type of a metric'],
      ['# TYPE', 'syntax: line 2: metadata is of a metric, whose name cannot be the end of the line'],
      ['# HELP 1a b', 'syntax: line 2: metadata is of a metric, whose name cannot be "1a b"'],
    ]
    for (const [line, expected] of cases) assert.equal(refusal(`${good}${line}\n${good}`), expected)
    assert.match(
      refusal(Buffer.from('a{b="\xff"} 1\n', 'latin1')),
      /line 1: the value of the label "b" "ÿ" is not UTF-8/,
    )
    assert.match(refusal(Buffer.from('# HELP a \xc3\n', 'latin1')), /line 1: the help text "Ã" is not UTF-8/)
    assert.match(refusal('<!doctype html>\n<p>'), /line 1: a sample begins with the name of a metric/)
  })

  it('refuses what OpenMetrics does not allow', () => {
    const cases: [string, RegExp][] = [
      ['a 1\n', /line 2: the text ends without "# EOF"/],
      ['', /line 1: the text ends without "# EOF"/],
      ['# EOF\na 1\n', /line 2: nothing may follow "# EOF"/],
      ['a 1\n\n# EOF\n', /line 2: a line is empty/],
      [' a 1\n# EOF\n', /line 1: a line begins with a blank/],
      ['a  1\n# EOF\n', /line 1: one space, and no more/],
      ['a\t1\n# EOF\n', /line 1: /],
      ['a{b="c",} 1\n# EOF\n', /no comma may stand before/],
      ['a{b ="c"} 1\n# EOF\n', /comes "="/],
      ['# comment\n# EOF\n', /one of HELP, TYPE, UNIT or EOF/],
      ['# TYPE a untyped\n# EOF\n', /"untyped" is no type/],
      ['# TYPE a gauge\n# TYPE a gauge\n# EOF\n', /"a" has a second TYPE/],
      ['# TYPE a gauge\na 1\n# HELP a b\n# EOF\n', /HELP of "a" comes after its samples/],
      ['# UNIT a seconds\n# EOF\n', /"a" does not end with its unit "seconds"/],
      ['# UNIT a_s s\n# TYPE a_s info\n# EOF\n', /which has no unit/],
      ['a 1 # x\n# EOF\n', /an exemplar/],
      ['a 1 # {a="b"}\n# EOF\n', /the value of an exemplar is missing/],
      ['a 1 # {a="b"} x\n# EOF\n', /the value of an exemplar is no number/],
      ['a 1 NaN\n# EOF\n', /the timestamp is no number/],
    ]
    for (const [text, expected] of cases) assert.match(refusal(text, 'openmetrics'), expected, text)
  })

  it('keeps to its limits', () => {
    assert.match(refusal('a 1\nb 2\n', 'text', { maxSamples: 1 }), /limit: line 2: the text has more than 1 samples/)
    assert.match(refusal('a 1\nb 2\n', 'text', { maxBytes: 7 }), /limit: line 1: the text has more than 7 bytes/)
    assert.match(refusal('a 1\nabc 2\n', 'text', { maxLineBytes: 4 }), /limit: line 2: a line has more than 4 bytes/)
    assert.match(refusal('a{b="c",d="e"} 1\n', 'text', { maxLabels: 1 }), /limit: line 1: a series has more than 1 lab/)
    assert.match(refusal('abc 1\n', 'text', { maxNameBytes: 2 }), /limit: line 1: a name has more than 2 bytes/)
    assert.match(refusal('a{b="cde"} 1\n', 'text', { maxValueBytes: 2 }), /limit: .* "b" has more than 2 bytes/)
    const parser = new ExpositionParser({ format: 'text', sink: { family() {}, sample() {} } })
    const endless = Buffer.alloc(100_000, 'a')
    assert.throws(() => {
      for (let chunk = 0; chunk < 10; chunk++) parser.write(endless)
    }, /line 1: a line has more than 262144 bytes/)
    assert.throws(() => parser.write(Buffer.from('a 1\n')), /line 1: /)
  })
})

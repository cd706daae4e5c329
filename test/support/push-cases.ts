import { gzipSync } from 'node:zlib'
import { delimitedFamily, labelPair, NUMBER_FIELDS } from './metric-family.ts'

const DELIMITED = {
  'content-type': 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
}

/** A push that is sent to Pushgateway and to us. */
export interface PushCase {
  readonly name: string
  /** `PUT` and `x 1` unless told. */
  readonly method?: string
  readonly path?: string
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** Pushed to another group before. */
  readonly before?: string
  /**
   * What of both refusals must be equal; the whole of it unless told. Pushgateway looks at its groups in the random
   * order of a Go map, and names first of two colliding metrics whichever it met second.
   */
  readonly refusal?: (text: string) => unknown
  /** How we differ, and why; undefined to answer the same. */
  readonly differs?: { readonly status: number; readonly text: RegExp; readonly because: string }
}

const { counter, gauge, timestampMs, help } = NUMBER_FIELDS
const HISTOGRAM = '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n'
const WORDS = 'the words are those of our parser, which takes what Prometheus 3 takes'

const colliding = (text: string) => [text.split(':')[0], /collides/.test(text), text.match(/"\w+"/g)?.sort()]
const mistyped = (text: string) => text.replace(/ \{.*\} is not a (?:GAUGE|UNTYPED)\n$/, '')

export const PUSH_CASES: readonly PushCase[] = [
  { name: 'a job' },
  { name: 'a POST', method: 'POST' },
  { name: 'a deletion', method: 'DELETE', body: '' },
  { name: 'a deletion with an odd path', method: 'DELETE', path: '/metrics/job/a/b', body: '' },
  { name: 'an empty body', body: '' },
  { name: 'another method', method: 'PATCH' },
  {
    name: 'no group',
    path: '/metrics/jobs/a',
    differs: { status: 404, text: /not found/, because: 'the words are those of our server' },
  },
  { name: 'a slash at the end', path: '/metrics/job/a/' },
  { name: 'an odd path', path: '/metrics/job/a/b' },
  { name: 'an empty value at the end', path: '/metrics/job/a/b/' },
  { name: 'a label', path: '/metrics/job/a/b/c' },
  { name: 'the same label twice', path: '/metrics/job/a/b/c/b/d' },
  { name: 'job as a label', path: '/metrics/job/a/job/c' },
  { name: 'a reserved label', path: '/metrics/job/a/__b/c' },
  { name: 'a label that begins with a digit', path: '/metrics/job/a/1b/c' },
  { name: 'a label with a dash', path: '/metrics/job/a/b-c/d' },
  { name: 'a label with an encoded newline', path: '/metrics/job/a/b%0Ac/d' },
  { name: 'a value with an encoded newline', path: '/metrics/job/a/b/c%0Ad' },
  { name: 'a label that is encoded', path: '/metrics/job/a/%62/c' },
  { name: 'plus signs', path: '/metrics/job/a/b/c+d' },
  { name: 'an encoded slash', path: '/metrics/job/a/b/c%2Fd' },
  { name: 'an encoded slash in the job', path: '/metrics/job/a%2Fb/c/d%20e' },
  { name: 'base64', path: '/metrics/job/a/b@base64/Yy9k' },
  { name: 'base64 with padding', path: '/metrics/job/a/b@base64/YQ==' },
  { name: 'base64 with bits too many', path: '/metrics/job/a/b@base64/YR' },
  { name: 'base64 of nothing', path: '/metrics/job/a/b@base64/=' },
  { name: 'base64 that is none', path: '/metrics/job/a/b@base64/Y!Q' },
  { name: 'base64 with a slash', path: '/metrics/job/a/b@base64/YQ+/' },
  { name: 'base64 of a length that is none', path: '/metrics/job/a/b@base64/Y' },
  { name: 'a job in base64', path: '/metrics/job@base64/YS9i/c/d' },
  { name: 'a job of nothing in base64', path: '/metrics/job@base64/=' },
  { name: 'a reserved label in base64', path: '/metrics/job/a/__b@base64/YQ' },
  { name: 'a timestamp', body: 'x 1 1234567890\n' },
  {
    name: 'no value',
    body: 'x\n',
    differs: { status: 400, text: /^text format parsing error in line 1: /, because: WORDS },
  },
  { name: 'labels of the group in the metric', body: 'x{job="b",instance="i"} 1\n' },
  { name: 'an instance in the path', path: '/metrics/job/a/instance/i', body: 'x{instance="j"} 1\n' },
  { name: 'a metric twice', body: 'x 1\nx 2\n' },
  { name: 'a metric twice once it has the job', body: 'x{a="1",job="b"} 1\nx{a="1",job="c"} 2\n' },
  { name: 'another type than in another group', before: 'x 1\n', body: '# TYPE x gauge\nx 1\n', refusal: mistyped },
  { name: 'the same type as in another group', before: '# TYPE x gauge\nx 1\n', body: '# TYPE x gauge\nx 1\n' },
  {
    name: 'a metric that another group has',
    before: 'x{job="a",q="1"} 1\n',
    path: '/metrics/job/before',
    body: 'y 1\n',
  },
  { name: 'a metric of the group that other labels make', before: 'x{a="b"} 1\n', path: '/metrics/job/before/a/b' },
  { name: 'a histogram', body: HISTOGRAM },
  { name: 'a summary', body: '# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 3\ns_count 2\n' },
  {
    name: 'the count of a histogram beside it',
    before: HISTOGRAM,
    body: '# TYPE h_count gauge\nh_count 1\n',
    refusal: colliding,
  },
  {
    name: 'a histogram beside what is called as its count',
    before: 'h_count 1\n',
    body: HISTOGRAM,
    refusal: colliding,
  },
  { name: 'times of pushes of their own', body: '# TYPE push_time_seconds counter\npush_time_seconds 1\n' },
  { name: 'a label with an invalid name', body: 'x{__y="y"} 1\n' },
  { name: 'escapes', body: 'x{a="\\\\x\\n\\""} 1\n' },
  { name: 'OpenMetrics in text', body: '# HELP x a\n# TYPE x untyped\nx 1\n# EOF\n' },
  { name: 'gzip', body: gzipSync('x 1\n'), headers: { 'content-encoding': 'gzip' } },
  {
    name: 'gzip in two pieces',
    body: Buffer.concat([gzipSync('x 1\n'), gzipSync('y 1\n')]),
    headers: { 'content-encoding': 'gzip' },
  },
  {
    name: 'a counter in protobuf',
    body: delimitedFamily('c', 0, [counter(5, labelPair('a', 'b'))]),
    headers: DELIMITED,
  },
  { name: 'a gauge in protobuf', body: delimitedFamily('g', 1, [gauge(5)], help('About g.')), headers: DELIMITED },
  {
    name: 'a timestamp in protobuf',
    body: delimitedFamily('c', 0, [counter(5, timestampMs(1_234))]),
    headers: DELIMITED,
  },
  { name: 'half a message', body: delimitedFamily('c', 0, [counter(5)]).subarray(0, -3), headers: DELIMITED },
  { name: 'no protobuf', body: 'garbage', headers: DELIMITED },
  { name: 'nothing in protobuf', body: '', headers: DELIMITED },
  {
    name: 'a label name that cannot be, in protobuf',
    ...{ body: delimitedFamily('c', 0, [counter(5, labelPair('a-b', 'c'))]), headers: DELIMITED },
  },
  {
    name: 'a label twice in protobuf',
    ...{ body: delimitedFamily('c', 0, [counter(5, labelPair('a', 'b'), labelPair('a', 'c'))]), headers: DELIMITED },
  },
  {
    name: 'protobuf that is not said to be delimited',
    ...{ body: delimitedFamily('c', 0, [counter(5)]), headers: { 'content-type': 'application/vnd.google.protobuf' } },
    differs: { status: 400, text: /^text format parsing error in line 1: /, because: WORDS },
  },
  {
    name: 'a value of another type in protobuf',
    ...{ body: delimitedFamily('c', 0, [gauge(5)]), headers: DELIMITED },
    differs: { status: 400, text: /"c" \{.*\} is not a COUNTER\n$/, because: 'we show the labels only' },
  },
  {
    name: 'no name in protobuf',
    ...{ body: delimitedFamily('', 0, [counter(5)]), headers: DELIMITED },
    differs: { status: 400, text: /"" is not the name of a metric/, because: 'the page could not be read with it' },
  },
  {
    name: 'a name that cannot be in protobuf',
    ...{ body: delimitedFamily('1c', 0, [counter(5)]), headers: DELIMITED },
    differs: { status: 400, text: /"1c" is not the name of a metric/, because: 'the page could not be read with it' },
  },
  {
    name: 'an empty part of a path',
    path: '/metrics/job/a//b/c',
    differs: {
      status: 400,
      text: /empty component .*@base64/,
      because: 'the original redirects, after which most clients do nothing or something else',
    },
  },
  {
    name: 'dots in a path',
    path: '/metrics/job/a/b/..',
    differs: { status: 200, text: /^$/, because: 'a value may be "..": the original redirects to another group' },
  },
  {
    name: 'no job',
    path: '/metrics/job/',
    differs: {
      status: 400,
      text: /^job name is required\n$/,
      because: 'the original redirects to a page that is not there',
    },
  },
  {
    name: 'a path that is not encoded as it should be',
    path: '/metrics/job/a/b/%zz',
    differs: { status: 400, text: /is not a valid url component/, because: 'the words are those of our server' },
  },
  {
    name: 'a path that is not UTF-8',
    path: '/metrics/job/a/b/%FF',
    differs: {
      status: 400,
      text: /is not a valid url component/,
      because: 'the original keeps such a group, and then refuses all pushes to any group until it is deleted',
    },
  },
  {
    name: 'base64 that is not UTF-8',
    path: '/metrics/job/a/b@base64/_w',
    differs: { status: 400, text: /for label b="_w": not UTF-8\n$/, because: 'as above' },
  },
  {
    name: 'a metric that the program itself has',
    body: '# TYPE go_goroutines counter\ngo_goroutines 1\n',
    differs: { status: 200, text: /^$/, because: 'our own metrics are on another page' },
  },
  {
    name: 'no newline at the end',
    body: 'x 1',
    differs: { status: 200, text: /^$/, because: 'Prometheus takes it' },
  },
  {
    name: 'blanks around a sample',
    body: '  x   1  \n',
    differs: { status: 200, text: /^$/, because: 'Prometheus takes it' },
  },
  {
    name: 'an unknown type',
    body: '# TYPE x foo\nx 1\n',
    differs: { status: 400, text: /^text format parsing error in line 1: /, because: WORDS },
  },
  {
    name: 'labels that do not end',
    body: 'x{a="b" 1\n',
    differs: { status: 400, text: /^text format parsing error in line 1: /, because: WORDS },
  },
  {
    name: 'a metric whose name cannot be',
    body: '1x 1\n',
    differs: { status: 400, text: /^text format parsing error in line 1: /, because: WORDS },
  },
  {
    name: 'a label value that is not UTF-8',
    body: Buffer.from('x{a="\xff"} 1\n', 'latin1'),
    differs: { status: 400, text: /^text format parsing error in line 1: /, because: WORDS },
  },
  {
    name: 'a bucket without a bound',
    body: '# TYPE h histogram\nh_bucket 1\n',
    differs: { status: 400, text: /has no number as "le"/, because: 'the original takes it and forgets the value' },
  },
  {
    name: 'a body that is said to be gzip and is not',
    ...{ body: 'x 1\n', headers: { 'content-encoding': 'gzip' } },
    differs: { status: 400, text: /not valid gzip/, because: 'ours says what is wrong' },
  },
  {
    name: 'an unknown encoding',
    ...{ body: 'x 1\n', headers: { 'content-encoding': 'br' } },
    differs: {
      status: 400,
      text: /unsupported Content-Encoding br/,
      because: 'the original reads the compressed bytes',
    },
  },
]

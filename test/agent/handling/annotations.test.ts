import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createEvents } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { Annotations, isAboutLogs } from '../../../agent/handling/annotations.ts'
import type { Setting, Vendor } from '../../../agent/handling/config.ts'
import { HANDLING_EVENTS } from '../../../agent/handling/events.ts'
import { parseRateLimit } from '../../../agent/handling/rate-limit.ts'
import { MultilineRules } from '../../../agent/multiline/rules.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { type ListedPod, podListOf, podsByName } from '../../support/pod-lists.ts'

const ALL: readonly Vendor[] = ['vedette.dev', 'fluentbit.io', 'vector.dev', 'co.elastic.logs']
const SETTINGS: readonly Setting[] = ['exclude', 'parser', 'multiline', 'rate-limit']

const rules = new MultilineRules({
  ...{ mode: 'auto' as const, max_lines: 1_000, flush_after: 1_000 },
  patterns: [{ name: 'dated', start: '^\\d{4}', negate: false, containers: [] }],
})

function createAnnotations(accept = ALL, settings = SETTINGS) {
  const lines: string[] = []
  const logger = createLogger({ service: 'agent', level: 'debug', format: 'logfmt', write: (line) => lines.push(line) })
  const clock = new ManualClock()
  const registry = createRegistry('agent', '0')
  const events = createEvents('vedette_agent', HANDLING_EVENTS, { logger, clock, registry })
  return { annotations: new Annotations({ accept, settings, rules, events }), lines, registry }
}

async function parse(pod: Omit<ListedPod, 'uid'>) {
  const pods = await podsByName(podListOf({ uid: 'u', containers: ['web', 'proxy'], ...pod }))
  return pods.get('pod-u')!
}

/** What is asked for of a container, in a form that reads like the annotations. */
async function wishesOf(pod: Omit<ListedPod, 'uid'>, container = 'web', { annotations, lines } = createAnnotations()) {
  const { exclude, parser, multiline, rateLimit } = annotations.read(await parse(pod), container)
  const wishes: Record<string, unknown> = {}
  if (exclude[0] !== undefined || exclude[1] !== undefined) wishes.exclude = exclude
  if (parser[0] !== undefined || parser[1] !== undefined) wishes.parser = parser
  if (multiline !== undefined) wishes.multiline = multiline.id.startsWith('{') ? JSON.parse(multiline.id) : multiline.id
  if (rateLimit !== undefined) wishes.rateLimit = rateLimit
  const refused = lines.map((line) => /annotation=(\S+) problem=(?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(line)?.slice(1, 3))
  return { wishes, refused }
}

const custom = (spec: object) => ({ negate: false, maxLines: 500, flushAfterMs: 5_000, ...spec })
const CASES: readonly [annotations: Record<string, string>, wishes: Record<string, unknown>][] = [
  [{ 'vedette.dev/exclude': 'true' }, { exclude: [true, true] }],
  [{ 'vedette.dev/exclude': 'true', 'vedette.dev/exclude.web': 'false' }, { exclude: [false, false] }],
  [{ 'vedette.dev/exclude.proxy': 'true' }, {}],
  [{ 'vedette.dev/parser': 'json', 'vedette.dev/parser.web': 'klog' }, { parser: ['klog', 'klog'] }],
  [{ 'vedette.dev/parser': 'off' }, { parser: ['off', 'off'] }],
  [{ 'vedette.dev/multiline': 'off' }, { multiline: 'off' }],
  [
    { 'vedette.dev/multiline.web': 'dated' },
    { multiline: custom({ start: '^\\d{4}', maxLines: 1_000, flushAfterMs: 1_000 }) },
  ],
  [{ 'vedette.dev/rate-limit': '1000/s' }, { rateLimit: { unit: 'records', perSecond: 1_000, policy: undefined } }],
  [{ 'vedette.dev/rate-limit': '1MiB/s drop' }, { rateLimit: { unit: 'bytes', perSecond: 1_048_576, policy: 'drop' } }],
  [{ 'fluentbit.io/exclude': 'True' }, { exclude: [true, true] }],
  [{ 'fluentbit.io/exclude': 'maybe' }, { exclude: [false, false] }],
  [{ 'fluentbit.io/exclude_stderr': 'on', 'fluentbit.io/exclude-proxy': 'true' }, { exclude: [undefined, true] }],
  [{ 'fluentbit.io/parser': 'nginx', 'fluentbit.io/parser_stderr': 'json' }, { parser: ['access', 'access'] }],
  [
    {
      'fluentbit.io/parser': 'docker',
      'fluentbit.io/parser_stdout-web': 'apache2',
      'fluentbit.io/parser-proxy': 'logfmt',
    },
    { parser: ['access', 'json'] },
  ],
  [{ 'vector.dev/exclude-containers': 'proxy, web' }, { exclude: [true, true] }],
  [{ 'vector.dev/exclude-containers': 'proxy' }, {}],
  [{ 'co.elastic.logs/enabled': 'false' }, { exclude: [true, true] }],
  [{ 'co.elastic.logs/enabled': 'false', 'co.elastic.logs.web/enabled': 'true' }, { exclude: [false, false] }],
  [{ 'co.elastic.logs.proxy/enabled': 'false' }, {}],
  [{ 'co.elastic.logs/json.keys_under_root': 'true' }, { parser: ['json', 'json'] }],
  [
    {
      'co.elastic.logs/multiline.pattern': '^\\[',
      'co.elastic.logs/multiline.negate': 'true',
      'co.elastic.logs/multiline.match': 'after',
    },
    { multiline: custom({ start: '^\\[' }) },
  ],
  [
    {
      'co.elastic.logs/multiline.pattern': '^\\s',
      'co.elastic.logs/multiline.match': 'after',
      'co.elastic.logs.web/multiline.timeout': '2s',
    },
    { multiline: custom({ continue: '^\\s', flushAfterMs: 2_000 }) },
  ],
  [
    {
      'co.elastic.logs/multiline.pattern': '\\\\$',
      'co.elastic.logs/multiline.match': 'before',
      'co.elastic.logs/multiline.max_lines': '50',
    },
    { multiline: custom({ end: '\\\\$', negate: true, maxLines: 50 }) },
  ],
  [
    {
      'co.elastic.logs/multiline.pattern': ';$',
      'co.elastic.logs/multiline.match': 'before',
      'co.elastic.logs/multiline.negate': 'true',
    },
    { multiline: custom({ end: ';$' }) },
  ],
  [{ 'co.elastic.logs/module': 'nginx', 'co.elastic.logs/fileset.stdout': 'access', 'example.com/parser': 'json' }, {}],
  // The vendors in the order in which they are accepted.
  [
    { 'vedette.dev/exclude': 'false', 'fluentbit.io/exclude': 'true', 'co.elastic.logs/enabled': 'false' },
    { exclude: [false, false] },
  ],
  [
    {
      'fluentbit.io/parser_stdout': 'json',
      'vedette.dev/parser.proxy': 'klog',
      'co.elastic.logs/json.message_key': 'log',
    },
    { parser: ['json', 'json'] },
  ],
]

for (const [annotations, expected] of CASES) {
  test(`a pod with ${JSON.stringify(annotations)}`, async () => {
    const { wishes, refused } = await wishesOf({ annotations })
    assert.deepEqual({ wishes, refused }, { wishes: expected, refused: [] })
  })
}

test("Vector's label leaves out the whole pod", async () => {
  assert.deepEqual((await wishesOf({ labels: { 'vector.dev/exclude': 'true' } })).wishes, { exclude: [true, true] })
  assert.deepEqual((await wishesOf({ labels: { 'vector.dev/exclude': 'yes' } })).wishes, {})
})

const REFUSED: readonly [annotation: string, value: string, problem: RegExp][] = [
  ['vedette.dev/exclude', 'yes', /neither true nor false/],
  ['vedette.dev/parser', 'jsn', /"jsn\\?" is none of auto, json/],
  ['vedette.dev/parser', `../../etc/${'x'.repeat(5_000)}`, /is none of/],
  ['vedette.dev/multiline', '^\\d', /nor the name of one of logs.multiline.patterns/],
  ['vedette.dev/rate-limit', '1000', /is no rate/],
  ['vedette.dev/parsr', 'json', /there is exclude, parser, multiline, time, rate-limit/],
  ['vedette.dev/parser.nginx', 'json', /the pod has no container/],
  ['fluentbit.io/parser', 'my-own', /nothing like its parser/],
  ['fluentbit.io/parser', 'constructor', /nothing like its parser/],
  ['fluentbit.io/parser_stdin', 'json', /Fluent Bit has parser and exclude/],
  ['co.elastic.logs/enabled', 'off', /is no boolean/],
  ['co.elastic.logs/raw', '[{"type":"log","paths":["/etc/shadow"]}]', /not supported/],
  ['co.elastic.logs/processors.dissect.tokenizer', '%{a}', /not supported/],
  ['co.elastic.logs/1.multiline.pattern', '^a', /not supported/],
]
for (const [annotation, value, problem] of REFUSED) {
  test(`${annotation}: ${value.slice(0, 40)} is told of once, and changes nothing`, async () => {
    const made = createAnnotations()
    for (const container of ['web', 'proxy', 'web']) {
      const { wishes } = await wishesOf({ annotations: { [annotation]: value } }, container, made)
      assert.deepEqual(wishes, {})
    }
    assert.equal(made.lines.length, 1)
    assert.match(made.lines[0]!, problem)
    assert.match(made.lines[0]!, /namespace=shop pod=pod-u/)
    assert.ok(made.lines[0]!.length < 500)
    assert.match(await made.registry.metrics(), /vedette_agent_annotations_ignored_total(?:\{[^}]*\})? 1\n/)
  })
}

const BAD_PATTERNS: readonly [hints: Record<string, string>, problem: RegExp][] = [
  [{ pattern: '(?=a)', match: 'after' }, /error parsing regexp/],
  [{ pattern: 'a{600}', match: 'after' }, /too large/],
  [{ pattern: 'x'.repeat(600), match: 'after' }, /more than 512 characters/],
  [{ pattern: '^a' }, /neither after nor before/],
  [{ pattern: '^a', match: 'after', type: 'count' }, /not supported/],
  [{ pattern: '^a', match: 'after', flush_pattern: 'b' }, /not supported/],
  [{ pattern: '^a', match: 'after', negate: 'no' }, /no boolean/],
  [{ pattern: '^a', match: 'after', max_lines: 'many' }, /no number of lines/],
  [{ pattern: '^a', match: 'after', timeout: '5 seconds' }, /no duration/],
]
for (const [hints, problem] of BAD_PATTERNS) {
  test(`multiline hints ${JSON.stringify(hints).slice(0, 60)} are refused`, async () => {
    const entries = Object.entries(hints).map(([name, value]) => [`co.elastic.logs/multiline.${name}`, value])
    const made = createAnnotations()
    const { wishes } = await wishesOf({ annotations: Object.fromEntries(entries) }, 'web', made)
    assert.deepEqual(wishes, {})
    assert.equal(made.lines.length, 1)
    assert.match(made.lines[0]!, problem)
  })
}

test('the configuration says whose annotations count, and for what', async () => {
  const annotations = {
    'vedette.dev/exclude': 'true',
    'fluentbit.io/parser': 'json',
    'co.elastic.logs/enabled': 'false',
  }
  const one = createAnnotations(['fluentbit.io', 'vedette.dev'], ['parser'])
  const { wishes } = await wishesOf({ annotations }, 'web', one)
  assert.deepEqual(wishes, { parser: ['json', 'json'] })
  assert.match(one.lines.join(), /annotation=vedette.dev\/exclude .*does not allow it/)
  assert.deepEqual((await wishesOf({ annotations }, 'web', createAnnotations([]))).wishes, {})
})

test('of annotations only those are kept that are read', () => {
  for (const key of ['vedette.dev/parser', 'co.elastic.logs/enabled', 'co.elastic.logs.web/enabled'])
    assert.ok(isAboutLogs(key))
  for (const key of ['kubectl.kubernetes.io/last-applied', 'vedette.dev', 'co.elastic.logsx/a'])
    assert.ok(!isAboutLogs(key))
})

test('rates are read or refused', () => {
  const rate = (text: string) => {
    const limit = parseRateLimit(text)
    return limit && `${limit.perSecond} ${limit.unit} ${limit.policy}`
  }
  assert.equal(rate('0.5/s'), '0.5 records undefined')
  assert.equal(rate(' 64Ki/s  delay '), '65536 bytes delay')
  assert.equal(rate('10kB/s sample'), '10000 bytes sample')
  for (const text of ['', '/s', '0/s', '-1/s', '1/m', '1 /s', '1XB/s', '1/s later', '1e9/s', `${'9'.repeat(16)}/s`]) {
    assert.equal(rate(text), undefined, text)
  }
})

test('nothing that a pod can say makes the agent fail', async () => {
  const key = fc.oneof(
    fc.string(),
    fc
      .tuple(
        fc.constantFrom(...ALL, 'co.elastic.logs.web'),
        fc.constantFrom(
          'exclude',
          'parser',
          'multiline',
          'rate-limit',
          'enabled',
          'multiline.pattern',
          'multiline.match',
          'json.x',
          '',
        ),
        fc.constantFrom('', '.web', '-web', '_stdout', '_stderr-web', '.x'),
      )
      .map(([prefix, name, suffix]) => `${prefix}/${name}${suffix}`),
  )
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom('true', 'json', 'auto', 'after', '1000/s', '(', '^a', '__proto__'),
  )
  const { annotations } = createAnnotations()
  await fc.assert(
    fc.asyncProperty(fc.dictionary(key, value, { maxKeys: 8 }), async (pairs) => {
      const { exclude, parser } = annotations.read(await parse({ annotations: pairs }), 'web')
      for (const name of parser) assert.notEqual(name, null)
      for (const isExcluded of exclude) assert.ok(isExcluded === undefined || typeof isExcluded === 'boolean')
    }),
  )
})

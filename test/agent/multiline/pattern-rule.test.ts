import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { createPatternRule, type PatternSpec, patternRuleOf } from '../../../agent/multiline/pattern-rule.ts'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const LIMITS = { maxLines: 100, flushAfterMs: 1_000 }

type Patterns = Omit<PatternSpec, 'maxLines' | 'flushAfterMs'>

/** An agent whose containers all follow one pattern. */
function createAgent(t: TestContext, patterns: Patterns & { max_lines?: number; flush_after?: string }) {
  const pattern = JSON.stringify({ name: 'custom', containers: [{}], ...patterns })
  const collector = new FakeCollector()
  const settings = [`logs.multiline.patterns=[${pattern}]`, 'logs.max_record_bytes=1KiB']
  const agent = new AgentHarness(temporaryDirectory(t), collector, settings)
  return { agent, collector, files: new ContainerFiles(agent.podsDir) }
}

const CASES: readonly [what: string, patterns: Patterns, lines: readonly string[], records: readonly string[]][] = [
  [
    'a start: what does not match goes on, what comes before the first one too',
    { start: '^\\[' },
    ['early', '[1] a', '  b', '', 'c', '[2] d'],
    ['early', '[1] a\n  b\n\nc', '[2] d'],
  ],
  [
    'a continuation: only what matches goes on',
    { continue: '^\\s' },
    ['one', ' two', '\tthree', 'four', 'five', ' six'],
    ['one\n two\n\tthree', 'four', 'five\n six'],
  ],
  ['an end: what matches is the last', { end: ';$' }, ['a', 'b;', 'c;', 'd', 'e'], ['a\nb;', 'c;', 'd\ne']],
  [
    'negated: lines without a backslash at their end end a record',
    { end: '\\\\$', negate: true },
    ['a \\', 'b \\', 'c', 'd', 'e \\'],
    ['a \\\nb \\\nc', 'd', 'e \\'],
  ],
  [
    'a start and a continuation: what is neither is a record of its own',
    { start: '^BEGIN', continue: '^ ' },
    [' lost', 'BEGIN 1', ' x', 'other', ' y', 'BEGIN 2', 'BEGIN 3', ' z'],
    [' lost', 'BEGIN 1\n x', 'other', ' y', 'BEGIN 2', 'BEGIN 3\n z'],
  ],
  [
    'a start and an end: what is in between belongs to them',
    { start: '^<', end: '>$' },
    ['out', '<a', 'b', 'c>', 'out', '<d>', '<e', '<f', 'g>'],
    ['out', '<a\nb\nc>', 'out', '<d>', '<e', '<f\ng>'],
  ],
  ['any encoding of letters', { start: '^É' }, ['É1', 'x', 'É2'], ['É1\nx', 'É2']],
  ['a carriage return is not the end of a line', { end: ';$' }, ['a;\r\r', 'b;\r\r'], ['a;\r', 'b;\r']],
]

for (const [what, patterns, lines, records] of CASES) {
  test(`${what}, wherever a read ends`, async (t) => {
    for (const isApart of [false, true]) {
      const { agent, collector, files } = createAgent(t, patterns)
      await agent.start()
      for (const piece of isApart ? lines.map((line) => [line]) : [lines]) {
        files.write(piece)
        await agent.clock.advance(250)
      }
      await agent.settle()
      await agent.clock.advance(2_000)
      await agent.settle()
      assert.deepEqual(collector.bodies(files.name, 'stdout'), records)
      await agent.stop()
    }
  })
}

test('a record has at most so many lines and bytes; what does not fit begins the next', async (t) => {
  const { agent, collector, files } = createAgent(t, { start: '^#', max_lines: 3 })
  const long = 'x'.repeat(600)
  files.write(['#1', 'a', 'b', 'c', 'd', '#2', long, long, '#3'])
  await agent.start()
  await agent.settle()
  await agent.clock.advance(2_000)
  const lines = collector.bodies(files.name, 'stdout').map((body) => body.split('\n').length)
  assert.deepEqual(lines, [3, 2, 2, 1, 1])
  await agent.stop()
})

test('the last record is given up after its own time, and is the same after a crash', async (t) => {
  const { agent, collector, files } = createAgent(t, { start: '^#', flush_after: '3s' })
  files.write(['#1', 'a'])
  await agent.start()
  await agent.clock.advance(2_500)
  assert.equal(collector.records.size, 0, 'it is waited for')
  await agent.clock.advance(1_500)
  assert.equal(collector.records.size, 1)
  await agent.crash()
  files.write(['b', '#2', 'c'])
  await agent.start()
  await agent.settle()
  await agent.clock.advance(4_000)
  await agent.settle()
  assert.deepEqual(collector.conflicts, [])
  assert.deepEqual(collector.bodies(files.name, 'stdout'), ['#1\na', 'b', '#2\nc'])
  await agent.stop()
})

test('streams are joined apart, and a rotation does not come between', async (t) => {
  const { agent, collector, files } = createAgent(t, { start: '^#' })
  files.append(Buffer.concat([files.line('#1'), files.line('#e', 'stderr'), files.line('a')]), '0.log.20261121-104600')
  files.append(Buffer.concat([files.line('b'), files.line('f', 'stderr'), files.line('#2')]))
  await agent.start()
  await agent.settle()
  await agent.clock.advance(2_000)
  await agent.settle()
  assert.deepEqual(collector.bodies(files.name, 'stdout'), ['#1\na\nb', '#2'])
  assert.deepEqual(collector.bodies(files.name, 'stderr'), ['#e\nf'])
  await agent.stop()
})

test('a pattern that is too long, too large or none of RE2 is refused with the reason', () => {
  const problemOf = (patterns: Patterns) => {
    const result = createPatternRule({ ...patterns, ...LIMITS })
    return result.ok ? '' : `${result.key} ${result.problem}`
  }
  assert.equal(problemOf({ start: 'x'.repeat(1_001) }), 'start has more than 1000 characters')
  assert.match(problemOf({ start: '^a', end: '(a{30}){30}(a{30}){30}' }), /^end is too large/)
  assert.match(problemOf({ continue: '(?=x)' }), /^continue error parsing regexp/)
  assert.match(problemOf({}), /one of start, continue and end/)
  assert.match(problemOf({ start: 'a', end: 'b', negate: true }), /negate/)
})

test('an id says all of a rule, and any text that is none is no rule', () => {
  const result = createPatternRule({ start: '^a', end: 'b"$', ...LIMITS })
  assert.ok(result.ok)
  const again = patternRuleOf(result.rule.id)
  assert.equal(again?.id, result.rule.id)
  assert.equal(patternRuleOf(result.rule.id.replace(',"maxLines":100', '')), undefined)
  assert.deepEqual([again.maxLines, again.flushAfterMs], [100, 1_000])
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      assert.equal(patternRuleOf(text), undefined)
    }),
  )
})

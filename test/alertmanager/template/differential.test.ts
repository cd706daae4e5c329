import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TemplateError } from '../../../alertmanager/template/template-error.ts'
import { parseTemplates, TemplateSet } from '../../../alertmanager/template/template-set.ts'
import { missing } from '../support/upstream.ts'
import { MIXED } from './cases/data.ts'
import { GO, type Outcome, runGo } from './oracle/run-go.ts'
import { buildValue, testFunctions } from './values.ts'

process.env.TZ = 'UTC'

const VALUES = [
  ...[
    '.n',
    '.s',
    '.f',
    '.words',
    '.kv',
    '.t',
    '.off',
    '.d',
    '.inner.x',
    '.kv.a',
    '.kv.zz',
    '.yes',
    '.no',
    '.byte',
    '.big',
  ],
  ...[
    '$x',
    '.empty',
    '.none',
    '1',
    '-3',
    '2.5',
    '0',
    '100',
    '1e3',
    "'x'",
    '"a"',
    '`b c`',
    '"15:04 MST"',
    'true',
    'false',
  ],
  ...['(list 1 "a" 2.5)', '(index .words 1)', '(len .words)', '.t.Hour', '.d.Hours', '.kv.SortedPairs', '.kv.Names'],
  ...['(dict "a" 1)', '(print 1 2)', '.t.Weekday', '(ints 1 2)'],
]

const FUNCTIONS = [
  ...[
    'index',
    'slice',
    'len',
    'print',
    'printf "%v|%v|%s"',
    'printf "%q %v"',
    'printf "%T %+v"',
    'printf "%#v"',
    'println',
  ],
  ...['html', 'js', 'urlquery', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'and', 'or', 'not', 'join ","', 'match', 'toUpper'],
  ...[
    'reReplaceAll "a"',
    'date',
    'date "15:04"',
    'tz "Asia/Tokyo"',
    'toJson',
    'list',
    'dict "k"',
    'append',
    'stringSlice',
  ],
  ...[
    '.t.Format',
    '.t.Add',
    '.t.Sub',
    '.off.AddDate 0 1',
    '.d.Round',
    '.d.Truncate',
    '.kv.Remove',
    '.t.Before',
    'add 1',
  ],
  ...['.kv.a', '.s', '$x', 'base64encode', 'urlUnescape'],
]

const value = fc.constantFrom(...VALUES)
const call = (most: number) =>
  fc
    .tuple(fc.constantFrom(...FUNCTIONS), fc.array(value, { maxLength: most }))
    .map(([name, args]) => [name, ...args].join(' '))
const pipeline = fc
  .tuple(fc.oneof(value, call(3)), fc.array(call(1), { maxLength: 2 }))
  .map(([first, rest]) => [first, ...rest].join(' | '))
/** What a range may go over: Go's engine has no limit, and would count to any number. */
const RANGES = [
  '.words',
  '.kv',
  '.none',
  '3',
  '.byte',
  '.s',
  '2.5',
  '(list 1 "a" 2.5)',
  '.kv.SortedPairs',
  '.kv.zz',
  '(ints 1 2)',
]

const { statement } = fc.letrec<{ statement: string }>((tie) => ({
  statement: fc.oneof(
    { depthSize: 'small' },
    pipeline.map((text) => `{{${text}}}`),
    pipeline.map((text) => `{{$x = ${text}}}{{$x}}`),
    fc
      .tuple(fc.constantFrom('if', 'with', 'with $x :='), pipeline, tie('statement'), tie('statement'))
      .map(([kind, text, yes, no]) => `{{${kind} ${text}}}${yes}{{else}}${no}{{end}}`),
    fc
      .tuple(fc.constantFrom(...RANGES), tie('statement'))
      .map(([list, body]) => `{{range ${list}}}${body};{{else}}none{{end}}`),
  ),
}))

/** Of what comes out of a list of anything, and of nil from a pipe, Go's errors tell how its engine sees them. */
const INNER_WORKINGS = /interface \{\}|zero Value/

/** The same cases in each run; another number tries others. */
const SEED = Number(process.env.SEED ?? 1)

test('makes of any template what Go makes of it', missing(GO, 'Go'), () => {
  const sources = fc.sample(
    statement.map((text) => `{{$x := 1}}${text}`),
    { numRuns: 1_500, seed: SEED },
  )
  const cases = sources.map((source) => ({ source, data: MIXED }))
  const expected = runGo(cases)
  const set = TemplateSet.create({ functions: testFunctions() })
  const run = (source: string): Outcome => {
    try {
      return { output: parseTemplates('page', source, set).execute('page', buildValue(MIXED)) }
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      return { output: '', error: error.message }
    }
  }
  for (const [index, source] of sources.entries()) {
    const { output, error } = expected[index]!
    if (error !== undefined && INNER_WORKINGS.test(error)) continue
    assert.deepEqual(run(source), error === undefined ? { output } : { output: '', error }, source)
  }
})

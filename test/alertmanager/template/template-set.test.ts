import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DEFAULT_LIMITS } from '../../../alertmanager/template/exec/run.ts'
import { createFunctions } from '../../../alertmanager/template/functions/notification-functions.ts'
import { TemplateError } from '../../../alertmanager/template/template-error.ts'
import { executeText, parseTemplates, TemplateSet } from '../../../alertmanager/template/template-set.ts'
import type { Value } from '../../../alertmanager/template/value/value.ts'
import { DATA, MIXED } from './cases/data.ts'
import { buildValue, testFunctions } from './values.ts'

const functions = createFunctions({ clock: { nowMs: () => Date.parse('2026-03-01T12:00:00Z') } })
const base = TemplateSet.create({ functions })

function textOf(source: string, data: Value = null): string {
  return executeText(base, source, data)
}

test('lets later definitions take the place of earlier ones, but for empty ones', () => {
  let set = parseTemplates(
    'defaults',
    '{{define "title"}}default{{end}}{{define "body"}}{{template "title"}}!{{end}}',
    base,
  )
  assert.equal(executeText(set, '{{template "body"}}', null), 'default!')
  set = parseTemplates('user', '{{define "title"}}mine{{end}}{{define "body"}}\n{{end}}', set)
  assert.equal(executeText(set, '{{template "body"}}', null), 'mine!')
  assert.equal(executeText(set, '{{define "title"}}inline{{end}}{{template "body"}}', null), 'inline!')
  assert.equal(executeText(set, '{{template "body"}}', null), 'mine!')
})

test('a text that is a template by its name can be called, and says where it is wrong', () => {
  const set = parseTemplates('mine.tmpl', 'in a file\n{{.Foo}}', base)
  assert.throws(() => executeText(set, '{{template "mine.tmpl" .}}', buildValue(DATA)), {
    name: 'TemplateError',
    message:
      'template: mine.tmpl:2:2: executing "mine.tmpl" at <.Foo>: can\'t evaluate field Foo in type *template.Data',
  })
  assert.throws(() => textOf('{{'), { name: 'TemplateError', message: 'template: :1: unclosed action' })
  assert.throws(() => base.execute('nothing', null), { message: 'template: no template "nothing"' })
})

test('an empty text is empty, and a text is parsed once', () => {
  assert.equal(textOf(''), '')
  assert.equal(base.withText('{{1}}'), base.withText('{{1}}'))
})

test('ends templates that set out to use up memory or time', () => {
  const data = buildValue(MIXED)
  const hurried = TemplateSet.create({ functions, limits: { ...DEFAULT_LIMITS, steps: 500_000, timeMs: 500 } })
  const bombs: readonly (readonly [source: string, problem: RegExp])[] = [
    ['{{$x := "aaaaaaaa"}}{{range 100}}{{$x = print $x $x}}{{end}}', /maximum size of a value/],
    ['{{$x := "a"}}{{range 60}}{{$x = printf "%s%s" $x $x}}{{end}}', /maximum size of a value/],
    ['{{printf "%9999999d" 1}}', /maximum size of a value/],
    ['{{range 100000}}{{printf "%400000d" 1}}{{end}}', /maximum (?:size of the output|work)/],
    ['{{range 9223372036854775807}}{{end}}', /maximum (?:number of steps|time)/],
    ['{{range 9223372036854775807}}x{{end}}', /maximum (?:number of steps|time)/],
    ['{{range 10000}}{{range 10000}}{{len "x"}}{{end}}{{end}}', /maximum (?:number of steps|time)/],
    ['{{define "a"}}{{template "a"}}{{end}}{{template "a"}}', /maximum template depth/],
    [
      '{{define "a"}}x{{template "b"}}{{end}}{{define "b"}}{{template "a"}}{{end}}{{template "a"}}',
      /maximum template depth/,
    ],
    [
      '{{define "a"}}{{if true}}{{with 1}}{{range 2}}{{template "a"}}{{end}}{{end}}{{end}}{{end}}{{template "a"}}',
      /maximum/,
    ],
    [
      '{{define "a"}}{{template "b"}}{{template "b"}}{{end}}{{define "b"}}{{template "c"}}{{template "c"}}{{end}}{{define "c"}}{{range 1000000}}{{end}}{{end}}{{range 99}}{{template "a"}}{{end}}',
      /maximum (?:number of steps|time)/,
    ],
    ['{{$l := list 1}}{{range 200}}{{$l = list $l $l}}{{end}}{{$l}}', /maximum/],
    ['{{$l := list 1}}{{range 200}}{{$l = list $l $l}}{{end}}{{toJson $l}}', /maximum|more than 100 levels/],
    ['{{$l := list 1}}{{range 40}}{{$l = list $l $l}}{{end}}{{toJson $l}}', /maximum/],
    ['{{$l := list}}{{range 100000}}{{$l = append $l 1}}{{end}}', /maximum/],
    ['{{$x := "a"}}{{range 20}}{{$x = print $x $x}}{{end}}{{reReplaceAll "" $x $x}}', /maximum size of a value/],
    [
      '{{$x := "a"}}{{range 19}}{{$x = print $x $x}}{{end}}{{range 1000}}{{match "(a*)*b" $x}}{{end}}',
      /maximum (?:work|time)/,
    ],
    ['{{$x := "a"}}{{range 19}}{{$x = print $x $x}}{{end}}{{reReplaceAll "a(.*b)?" "" $x}}', /maximum (?:time|work)/],
    ['{{$x := "a"}}{{range 19}}{{$x = print $x $x}}{{end}}{{range 1000}}{{$x = html $x "<"}}{{end}}', /maximum/],
    ['{{$x := "a"}}{{range 19}}{{$x = print $x $x}}{{end}}{{join $x .words}}', /maximum size of a value/],
    ['{{$x := "a"}}{{range 19}}{{$x = print $x $x}}{{end}}{{.kv.Names.Join $x}}', /maximum size of a value/],
    ['{{$x := "é"}}{{range 60}}{{$x = base64encode $x}}{{end}}', /maximum size of a value/],
    ['{{range 3000000}}{{now}}{{end}}', /maximum/],
  ]
  for (const [source, problem] of bombs) {
    assert.throws(
      () => executeText(hurried, source, data),
      (error: unknown) => {
        assert.ok(error instanceof TemplateError, `${source}: ${error}`)
        assert.match(error.message, problem, source)
        assert.ok(error.message.length < 1_000)
        return true
      },
    )
  }
})

const WORDS = [
  ...[
    '.n',
    '.s',
    '.f',
    '.list',
    '.words',
    '.kv',
    '.t',
    '.d',
    '.inner.x',
    '.missing',
    '.nothing',
    '.yes',
    '$',
    '.',
    '$x',
  ],
  ...['1', '-3', '2.5', '1e30', '"a"', '`%v %d %s`', "'x'", 'true', 'nil', '0x10', '"2006-01-02"', '"%[3]*.[2]*[1]f"'],
  ...[
    'index',
    'slice',
    'len',
    'print',
    'printf',
    'println',
    'html',
    'js',
    'urlquery',
    'eq',
    'ne',
    'lt',
    'and',
    'or',
    'not',
  ],
  ...['call', 'join', 'title', 'match', 'reReplaceAll', 'date', 'tz', 'since', 'humanizeDuration', 'toJson', 'toDate'],
  ...[
    'list',
    'dict',
    'append',
    'base64decode',
    'urlUnescape',
    'adder',
    'stringSlice',
    'safeHtml',
    'routeLabels',
    'now',
  ],
  ...[
    '.t.Format',
    '.t.Add',
    '.t.AddDate',
    '.t.Sub',
    '.t.Truncate',
    '.d.Round',
    '.kv.Remove',
    '.kv.SortedPairs',
    '.kv.Names.Join',
  ],
  ...['(', ')', '|', ' | print', '(print ', '(index '],
]

const STATEMENTS = [
  ...[
    '{{if ',
    '{{range ',
    '{{range $i, $x := ',
    '{{with ',
    '{{$x := ',
    '{{$x = ',
    '{{',
    '{{else}}',
    '{{end}}',
    '{{end}}',
    '}}',
    '}}',
  ],
  ...['{{template "a" ', '{{define "a"}}', '{{block "b" ', '{{break}}', '{{continue}}', 'text', '{{end}}'],
]

test('no text whatever makes an execution hang, or throw anything but a TemplateError', () => {
  const data = buildValue(MIXED)
  const limits = { output: 10_000, steps: 2_000, made: 50_000, value: 10_000, depth: 50, timeMs: 10_000 }
  const set = TemplateSet.create({ functions: testFunctions(), limits })
  const action = fc.array(fc.constantFrom(...WORDS), { maxLength: 6 }).map((words) => `{{${words.join(' ')}}}`)
  const piece = fc.oneof({ weight: 3, arbitrary: action }, fc.constantFrom(...WORDS), fc.constantFrom(...STATEMENTS))
  const source = fc.array(piece, { maxLength: 8 }).map((pieces) => `{{$x := 1}}${pieces.join(' ')}`)
  let executed = 0
  fc.assert(
    fc.property(source, (text) => {
      try {
        parseTemplates('', text, set).execute('', data)
        executed++
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error
        if (/executing/.test(error.message)) executed++
      }
    }),
    { numRuns: 1_000 },
  )
  assert.ok(executed > 20, `only ${executed} were executed`)
})

test('printf takes any format and any argument', () => {
  const set = TemplateSet.create({ functions: testFunctions() })
  const format = fc.array(fc.constantFrom(...'%%%%%%vdsqxXobcUeEfgGtTpw#+- 0123.*[]!é日'), { maxLength: 12 })
  const value = fc.constantFrom(
    ...['1', '-2', '"é\\n"', '2.5', 'nil', '.list', '.kv', '.t', '.d', 'true', '$', '(adder 1)'],
  )
  fc.assert(
    fc.property(format, fc.array(value, { maxLength: 4 }), (units, values) => {
      const source = `{{printf \`${units.join('')}\` ${values.join(' ')}}}`
      assert.equal(typeof parseTemplates('', source, set).execute('', buildValue(MIXED)), 'string')
    }),
    { numRuns: 500 },
  )
})

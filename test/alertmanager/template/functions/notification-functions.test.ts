import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAFE_HTML, SAFE_URL } from '../../../../alertmanager/template/functions/notification-functions.ts'
import { executeText, TemplateSet } from '../../../../alertmanager/template/template-set.ts'
import type { Value } from '../../../../alertmanager/template/value/value.ts'
import { DATA } from '../cases/data.ts'
import { buildValue, testFunctions } from '../values.ts'

process.env.TZ = 'UTC'

const set = TemplateSet.create({ functions: testFunctions() })

function expectTexts(texts: Readonly<Record<string, string>>, data: Value = null): void {
  for (const [source, expected] of Object.entries(texts)) assert.equal(executeText(set, source, data), expected, source)
}

function expectProblems(problems: Readonly<Record<string, string>>): void {
  for (const [source, problem] of Object.entries(problems)) {
    assert.throws(
      () => executeText(set, source, null),
      ({ message }: Error) => message.endsWith(problem),
      source,
    )
  }
}

test('title begins words with capital letters', () => {
  expectTexts({
    '{{title "o\'neill foo-bar HELLO wORLD"}}': "O'neill Foo-Bar Hello World",
    '{{title "foo_bar.baz a1b 1st 2ND node1:cpu node1.cpu a:1b élan"}}':
      'Foo_bar.baz A1b 1St 2Nd Node1:cpu Node1.cpu A:1b Élan',
    '{{title ""}}': '',
  })
})

test('humanizeDuration takes durations, and seconds as numbers or texts', () => {
  expectTexts({
    '{{humanizeDuration 0}} {{humanizeDuration 1}} {{humanizeDuration 60}} {{humanizeDuration 3600}}':
      '0s 1s 1m 0s 1h 0m 0s',
    '{{humanizeDuration 86400}} {{humanizeDuration -90061.5}}': '1d 0h 0m 0s -1d 1h 1m 1s',
    '{{humanizeDuration 899.99}} {{humanizeDuration 12.34567}} {{humanizeDuration -1.5}}': '14m 59s 12.35s -1.5s',
    '{{humanizeDuration 0.1}} {{humanizeDuration 0.0001}} {{humanizeDuration .12345}}': '100ms 100us 123.5ms',
    '{{humanizeDuration "90"}} {{humanizeDuration "1e3"}} {{humanizeDuration "inf"}}': '1m 30s 16m 40s +Inf',
    '{{humanizeDuration (duration "1h2m3.5s")}} {{humanizeDuration (int64 61)}}': '1h 2m 3s 1m 1s',
    '{{since (time "2026-02-27T09:58:59Z") | humanizeDuration}}': '2d 2h 1m 1s',
  })
  expectProblems({
    '{{humanizeDuration "x"}}': 'error calling humanizeDuration: strconv.ParseFloat: parsing "x": invalid syntax',
    '{{humanizeDuration true}}': "error calling humanizeDuration: can't convert bool to float",
    '{{humanizeDuration nil}}': "error calling humanizeDuration: can't convert <nil> to float",
  })
})

test('now and since go by the clock', () => {
  expectTexts({
    '{{now.UTC}}': '2026-03-01 12:00:00 +0000 UTC',
    '{{since (time "2026-03-01T10:30:00.5Z")}}': '1h29m59.5s',
    '{{(since (time "2026-03-01T10:30:00Z")).Seconds}}': '5400',
    '{{since now}}': '0s',
  })
})

test('safeHtml and safeUrl make texts that html/template believes', () => {
  for (const [name, type] of [
    ['safeHtml', SAFE_HTML],
    ['safeUrl', SAFE_URL],
  ] as const) {
    const source = `{{${name} "<b>"}} {{printf "%T %s %q" (${name} "x") (${name} "x") (${name} "x")}} {{len (${name} "é")}}`
    assert.equal(executeText(set, source, null), `<b> ${type.name} x "x" 2`)
  }
  expectProblems({
    '{{safeHtml "x" | toUpper}}': 'wrong type for value; expected string; got template.HTML',
  })
})

test('routeLabels gives a label of the route, whatever dot is', () => {
  const data = buildValue(DATA)
  expectTexts({ '{{routeLabels "team"}}{{with 1}}{{routeLabels "team"}}{{end}}{{routeLabels "none"}}': 'xx' }, data)
  expectTexts({ '{{routeLabels "team"}}': '' })
})

test('names and values of labels can be joined', () => {
  const data = buildValue(DATA)
  expectTexts(
    {
      '{{.CommonLabels.Names.Join ", "}} {{.CommonLabels.SortedPairs.Values.Join "/"}}': 'alertname, job DiskFull/node',
    },
    data,
  )
})

test('what has no type is refused, not stumbled over', () => {
  expectTexts({ '{{join "," nil}}|{{append nil 1}}|{{toJson nil}}|{{list nil}}': '|[1]|null|[<nil>]' })
  expectProblems({
    '{{date "2006" nil}}': 'cannot assign nil to time.Time',
    '{{since nil}}': 'cannot assign nil to time.Time',
    '{{dict 1 2}}': 'error calling dict: dict keys must be strings',
    '{{dict "a"}}': 'error calling dict: dict requires an even number of arguments',
    '{{toJson (printf "%v" 1e999)}}': 'illegal number syntax: "1e999"',
  })
})

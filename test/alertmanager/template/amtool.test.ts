import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { executeText, TemplateSet } from '../../../alertmanager/template/template-set.ts'
import { AMTOOL, missing } from '../support/upstream.ts'
import { DATA } from './cases/data.ts'
import { NOTIFICATION_CASES } from './cases/notification.ts'
import { buildValue, testFunctions } from './values.ts'

process.env.TZ = 'UTC'

const directory = mkdtempSync(join(tmpdir(), 'vedette-amtool-'))
after(() => rmSync(directory, { recursive: true }))

const dataFile = join(directory, 'data.json')
writeFileSync(dataFile, jsonOf())

const set = TemplateSet.create({ functions: testFunctions() })
const data = buildValue(DATA)

/** The data as a webhook carries them, which is what amtool reads. */
function jsonOf(): string {
  return executeText(TemplateSet.create({ functions: testFunctions() }), '{{toJson .}}', buildValue(DATA))
}

function amtool(text: string): { readonly output: string; readonly error: string } {
  const args = [
    'template',
    'render',
    `--template.glob=${directory}/none`,
    `--template.data=${dataFile}`,
    `--template.text=${text}`,
  ]
  const { stdout, stderr } = spawnSync(AMTOOL!, args, { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } })
  return { output: stdout.replace(/\n$/, ''), error: stderr }
}

/** What came to templates after 0.25, such as the text of labels, and what is printed with all fields of the data. */
const NEWER =
  /toJson|NotificationReason|RouteLabels|{{\.}}|{{(?:printf "%\+?v"|print|html) \.|Join|printf "%T|Labels}}|Labels\.Str|s\.Names}}$|Alerts 1\)?}}/

const LAYOUTS = [
  ...[
    '2006-01-02T15:04:05Z07:00',
    'Jan _2 3:04PM',
    '__2 002 .000 .999',
    'MST -07 Z0700',
    '06年1月2日',
    'Monday 2 January',
  ],
]

const TEXTS = [
  ...LAYOUTS.map((layout) => `{{(index .Alerts 1).StartsAt.Format "${layout}"}}`),
  '{{title "o\'neill foo-bar_baz HELLO wORLD 1st node1.cpu a:b éa 日本"}}',
  '{{toUpper "straße é"}}{{toLower "ÀB"}}{{safeHtml "<b>"}}',
  '{{join "," (stringSlice "a" "b")}}{{match "^a" "ab"}}{{reReplaceAll "(.)b" "<$1>" "abcb"}}',
  '{{printf "%v %+v %q %T %5.2f %05d %x %t" 1 "a" "b" 1.5 2.345 42 "hi" true}}',
  '{{range $i, $a := .Alerts}}{{if $i}}; {{end}}{{.Labels.SortedPairs.Values | join " "}}{{end}}',
  '{{(index .Alerts 0).StartsAt}} {{(index .Alerts 1).EndsAt}} {{(index .Alerts 0).EndsAt}}',
  '{{with index .Alerts 0}}{{.StartsAt.Format "Mon, 02 Jan 2006 15:04:05 MST"}} {{(.StartsAt.Add 28800e9).Unix}}{{end}}',
]

test('renders what amtool of 0.25 renders', missing(AMTOOL, 'amtool'), () => {
  const separator = '\u0001#\u0001'
  const known = NOTIFICATION_CASES.map(({ source }) => source).filter((source) => !NEWER.test(source))
  const sound = [...known, ...TEXTS].filter((source) => {
    try {
      executeText(set, source, data)
      return true
    } catch {
      return false
    }
  })
  assert.ok(sound.length > 30)
  const { output, error } = amtool(sound.join(separator))
  const outputs = output.split(separator)
  assert.equal(outputs.length, sound.length, error)
  for (const [index, source] of sound.entries()) assert.equal(executeText(set, source, data), outputs[index], source)
})

test('words errors as amtool of 0.25 does', missing(AMTOOL, 'amtool'), () => {
  const texts = [
    '{{.Foo}}',
    'é {{range .Alerts}}\n  {{.Labels.SortedPairs.Foo}}{{end}}',
    '{{.CommonLabels.Remove 1}}',
    '{{len 3}}',
    '{{foo}}',
    '{{if}}',
    '{{template "nothing"}}',
    '{{reReplaceAll "(" "" ""}}',
    '{{index .Alerts 7}}',
    '{{toUpper 1 2}}',
  ]
  for (const text of texts) {
    const theirs = amtool(text)
      .error.trim()
      .replace(/^amtool: error: /, '')
    assert.throws(
      () => executeText(set, text, data),
      ({ message }: Error) => theirs.includes(message.replace('*template.Data', 'template.Data')),
      `${text}: ${theirs}`,
    )
  }
})

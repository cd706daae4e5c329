import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { CodedError } from '#lib/errors.ts'
import { notificationData } from '../../../alertmanager/notify/data.ts'
import { createTemplates } from '../../../alertmanager/template/create-templates.ts'
import { findFiles } from '../../../alertmanager/template/glob.ts'
import { TemplateError } from '../../../alertmanager/template/template-error.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { flushed, notificationOf } from '../support/flushed.ts'

const data = notificationData(notificationOf([flushed({ alertname: 'A<B' })], { alertname: 'A<B' }), 'http://router')
const clock = { nowMs: () => 0 }

function withFiles(t: TestContext, files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory(t)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  return directory
}

test("users' files come after the defaults, in the order of patterns and names; later definitions win", (t) => {
  const directory = withFiles(t, {
    'b.tmpl': '{{ define "x" }}b{{ end }}{{ define "slack.default.title" }}mine: {{ template "__subject" . }}{{ end }}',
    'a.tmpl': '{{ define "x" }}a{{ end }}whole file {{ .Status }}',
    'more/c.html': '{{ define "__subject" }}short{{ end }}',
    'other.txt': '{{ define',
  })
  const patterns = ['*.tmpl', 'more/*', 'none/*.tmpl', '/nowhere/x.tmpl']
  const templates = createTemplates({ patterns, directory, clock })
  assert.equal(templates.text('{{ template "x" }}', data), 'b')
  assert.equal(templates.text('{{ template "a.tmpl" . }}', data), 'whole file firing')
  assert.equal(templates.text('{{ template "slack.default.title" . }}', data), 'mine: short')
  assert.equal(templates.html('<p>{{ template "slack.default.title" . }}</p>', data), '<p>mine: short</p>')
  const reversed = createTemplates({ patterns: ['b.tmpl', join(directory, 'a.tmpl')], directory, clock })
  assert.equal(reversed.text('{{ template "x" }}', data), 'a')
})

test('a text may define templates for itself', () => {
  const templates = createTemplates({ patterns: [], directory: '.', clock })
  assert.equal(
    templates.text('{{ define "__subject" }}own{{ end }}{{ template "slack.default.title" . }}', data),
    'own',
  )
  assert.equal(templates.text('{{ template "slack.default.title" . }}', data), '[FIRING:1] A<B ')
  assert.equal(templates.html('{{ template "slack.default.title" . }}', data), '[FIRING:1] A&lt;B ')
  assert.equal(templates.html('', data), '')
})

test('a file that cannot be parsed or read is named with the place', (t) => {
  const directory = withFiles(t, {
    'bad.tmpl': '{{ define "x" }}\n  {{ .Foo }\n{{ end }}',
    'unknown.tmpl': '{{ nosuch }}',
  })
  const load = (pattern: string) => () => createTemplates({ patterns: [pattern], directory, clock })
  assert.throws(load('bad.tmpl'), (error) => {
    assert.ok(error instanceof CodedError && error.code === 'CONFIG_INVALID')
    assert.match(error.message, /bad\.tmpl:2:11 {2}error {2}template: bad\.tmpl:2: unexpected "}" in operand/)
    assert.match(error.message, /2 \| {3}\{\{ \.Foo \}/)
    return true
  })
  assert.throws(
    load('u*.tmpl'),
    /unknown\.tmpl:1:4 {2}error {2}template: unknown\.tmpl:1: function "nosuch" not defined/,
  )
  assert.throws(load('[a'), /templates: \[a: syntax error in pattern/)
  mkdirSync(join(directory, 'dir.tmpl'))
  assert.throws(load('dir.tmpl'), /dir\.tmpl: EISDIR/)
})

test('errors of texts are in the words of Go, each time', () => {
  const templates = createTemplates({ patterns: [], directory: '.', clock })
  for (let count = 0; count < 2; count++) {
    assert.throws(() => templates.text('{{ .Nope }}', data), TemplateError)
    assert.throws(
      () => templates.html('<a href="', data),
      /^TemplateError: html\/template: ends in a non-text context: \{stateURL delimDoubleQuote/,
    )
    assert.throws(() => templates.html('{{ template "gone" }}', data), /html\/template::1:12: no such template "gone"/)
    assert.throws(
      () => templates.html('{{ .Nope }}', data),
      /template: :1:3: executing "" at <\.Nope>: can't evaluate field Nope/,
    )
  }
})

test('a text that would never end, or fill the memory, is stopped', () => {
  const templates = createTemplates({ patterns: [], directory: '.', clock })
  const bombs = [
    '{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}',
    '{{ define "x" }}{{ range . }}{{ template "x" $ }}{{ end }}{{ end }}{{ template "x" (list 1 2 3) }}',
    '{{ $x := "0123456789" }}{{ range 1000000 }}{{ $x = print $x $x }}{{ end }}',
    '{{ range 1000 }}{{ range 1000 }}{{ range 1000 }}x{{ end }}{{ end }}{{ end }}',
  ]
  for (const bomb of bombs) {
    assert.throws(() => templates.text(bomb, data), /exceeded maximum/, bomb)
    assert.throws(() => templates.html(bomb, data), /exceeded maximum/, bomb)
  }
})

test('patterns match as in Go', (t) => {
  const directory = withFiles(t, {
    'a1.tmpl': '',
    'a2.tmpl': '',
    'b1.tmpl': '',
    '.h.tmpl': '',
    'd/x.tmpl': '',
    'e[1]/y.tmpl': '',
  })
  const found = (pattern: string) => findFiles(directory, pattern).map((path) => path.slice(directory.length + 1))
  assert.deepEqual(found('a*.tmpl'), ['a1.tmpl', 'a2.tmpl'])
  assert.deepEqual(found('*.tmpl'), ['.h.tmpl', 'a1.tmpl', 'a2.tmpl', 'b1.tmpl'])
  assert.deepEqual(found('?1.tmpl'), ['a1.tmpl', 'b1.tmpl'])
  assert.deepEqual(found('[a-b]1.tmpl'), ['a1.tmpl', 'b1.tmpl'])
  assert.deepEqual(found('[^a]1.tmpl'), ['b1.tmpl'])
  assert.deepEqual(found('*/*.tmpl'), ['d/x.tmpl', 'e[1]/y.tmpl'])
  assert.deepEqual(found('e\\[1\\]/*.tmpl'), ['e[1]/y.tmpl'])
  assert.deepEqual(found('d/../a1.tmpl'), ['a1.tmpl'])
  assert.deepEqual(found('gone/*'), [])
  assert.deepEqual(findFiles(join(directory, 'e[1]'), '*').length, 1)
})

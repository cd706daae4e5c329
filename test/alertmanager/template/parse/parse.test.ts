import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseTemplate } from '../../../../alertmanager/template/parse/parse.ts'
import { printNode } from '../../../../alertmanager/template/parse/print.ts'
import { TemplateError } from '../../../../alertmanager/template/template-error.ts'

const FUNCTIONS = new Set(['printf', 'print', 'len', 'eq', 'index'])

function parse(source: string) {
  return parseTemplate({ name: 'page', source, isFunction: (name) => FUNCTIONS.has(name) })
}

function printed(source: string): string {
  return printNode(parse(source).at(-1)!.root)
}

test('prints a tree as its source has it, without comments and trimmed space', () => {
  const sources: readonly (readonly [source: string, printed?: string])[] = [
    [''],
    ['no action'],
    ['a {{- "b" -}} c', 'a{{"b"}}c'],
    ['a\n\t {{- /* gone */ -}}\r\n c', 'ac'],
    ['{{/* gone */}}', ''],
    ['{{ . }}', '{{.}}'],
    ['{{- 3}}', '{{3}}'],
    ['{{-3}}'],
    ['{{.A.B}}{{$}}{{$.C.D}}'],
    ['{{(index .A 1).B.C}}'],
    ['{{printf "%d" 3 | len |eq 2}}', '{{printf "%d" 3 | len | eq 2}}'],
    ['{{$x := 1}}{{$x = 2}}{{$x}}'],
    ['{{if .A}}a{{else if .B}}b{{else}}c{{end}}', '{{if .A}}a{{else}}{{if .B}}b{{else}}c{{end}}{{end}}'],
    ['{{with .A}}a{{else with .B}}b{{end}}', '{{with .A}}a{{else}}{{with .B}}b{{end}}{{end}}'],
    ['{{range $i, $e := .A}}{{break}}{{continue}}{{else}}none{{end}}'],
    ['{{range $i := .A}}{{$i = 1}}{{end}}'],
    ['{{template "x"}}{{template `y` .}}', '{{template "x"}}{{template "y" .}}'],
    ['{{block "x" .A}}in{{end}}', '{{template "x" .A}}'],
    ['{{define "x"}}in{{end}}out', 'out'],
    ["{{'a'}}{{0x1F}}{{1_000}}{{1e3}}{{.5}}{{0b11}}{{nil | print}}{{true}}"],
    ['{{print `raw "text"`}}'],
    ['{{.Straße}}{{.日本}}'],
  ]
  for (const [source, expected = source] of sources) assert.equal(printed(source), expected)
})

test('says what is wrong as Go says it, with the line', () => {
  const errors: readonly (readonly [source: string, problem: string])[] = [
    ['{{', '1: unclosed action'],
    ['{{ .A', '1: unclosed action'],
    ['\n{{ .A\n\n', '4: unclosed action started at page:2'],
    ['{{"a\n"}}', '1: unterminated quoted string'],
    ["{{'a", '1: unterminated character constant'],
    ['{{`a', '1: unterminated raw quoted string'],
    ['{{/* a', '1: unclosed comment'],
    ['{{/* a */ }}', '1: comment ends before closing delimiter'],
    ['{{(1}}', '1: unclosed left paren'],
    ['{{1)}}', '1: unexpected right paren'],
    ['{{.A}', "1: bad character U+007D '}'"],
    ['{{\u0007}}', '1: unrecognized character in action: U+0007'],
    ['{{3k}}', '1: bad number syntax: "3k"'],
    ['{{1+2}}', '1: bad number syntax: "1+2"'],
    ['{{1i}}', '1: illegal number syntax: "1i"'],
    ['{{08}}', '1: integer overflow: "08"'],
    ['{{1__0}}', '1: illegal number syntax: "1__0"'],
    ["{{''}}", '1: invalid syntax'],
    ["{{'ab'}}", "1: malformed character constant: 'ab'"],
    ['{{"\\k"}}', '1: invalid syntax'],
    ['{{}}', '1: missing value for command'],
    ['{{if}}{{end}}', '1: missing value for if'],
    ['{{| 1}}', '1: unexpected "|" in command'],
    ['{{1 | 2}}', '1: non executable command in pipeline stage 2'],
    ['{{print | print | .}}', '1: non executable command in pipeline stage 3'],
    ['{{foo}}', '1: function "foo" not defined'],
    ['{{$x}}', '1: undefined variable "$x"'],
    ['{{if 1}}{{$x := 1}}{{end}}{{$x}}', '1: undefined variable "$x"'],
    ['{{define "a"}}{{$.A}}{{$x}}{{end}}', '1: undefined variable "$x"'],
    ['{{1.A}}', '1: bad number syntax: "1.A"'],
    ['{{"a".A}}', '1: unexpected . after term "\\"a\\""'],
    ['{{true.A}}', '1: unexpected . after term "true"'],
    ['{{nil.A}}', '1: unexpected . after term "nil"'],
    ['{{if 1}}', '1: unexpected EOF'],
    ['a\n{{end}}', '2: unexpected {{end}}'],
    ['{{else}}', '1: unexpected {{else}}'],
    ['{{if 1}}{{else}}{{else}}{{end}}', '1: expected end; found {{else}}'],
    ['{{define "a"}}{{else}}{{end}}', '1: unexpected {{else}} in define clause'],
    ['{{define}}{{end}}', '1: unexpected "}}" in define clause'],
    ['{{define "a" 1}}{{end}}', '1: unexpected "1" in define clause'],
    ['{{if 1}}{{define "a"}}{{end}}{{end}}', '1: unexpected <define> in command'],
    ['{{template .A}}', '1: unexpected ".A" in template clause'],
    ['{{block "a"}}{{end}}', '1: missing value for block clause'],
    ['{{break}}', '1: {{break}} outside {{range}}'],
    ['{{range .A}}{{block "b" .}}{{continue}}{{end}}{{end}}', '1: {{continue}} outside {{range}}'],
    ['{{range .A}}{{break 1}}{{end}}', '1: unexpected "1" in {{break}}'],
    ['{{end 1}}', '1: unexpected "1" in end'],
    ['{{range $a, 1 := .A}}{{end}}', '1: range can only initialize variables'],
    ['{{range $a, $b, $c := .A}}{{end}}', '1: too many declarations in range'],
    ['{{$a, $b := 1}}', '1: too many declarations in command'],
    ['{{.A = 1}}', '1: unexpected "=" in operand'],
    ['{{1 : 2}}', '1: expected :='],
    ['{{abcdefghijklm := 1}}', '1: function "abcdefghijklm" not defined'],
    ['{{print "abcdefghijklm"=}}', '1: unexpected "=" in operand'],
    ['{{. abcdefghijklm.x}}', '1: function "abcdefghijklm" not defined'],
    ['{{.A"abcdefghijklm"}}', "1: bad character U+0022 '\"'"],
    ['{{print 1"abcdefghijklm"}}', '1: unexpected "\\"abcdefghi"... in operand'],
    ['{{define "a"}}1{{end}}{{define "a"}}2{{end}}', '1: template: multiple definition of template "a"'],
    ['{{if 1}}{{else with 1}}{{end}}{{end}}', '1: unexpected <with> in input'],
  ]
  for (const [source, problem] of errors) {
    assert.throws(() => parse(source), { name: 'TemplateError', message: `template: page:${problem}` }, source)
  }
})

test('keeps of two definitions of one name the one that is not empty', () => {
  for (const source of [
    '{{define "a"}}x{{end}}{{define "a"}} {{end}}',
    '{{define "a"}} {{end}}{{define "a"}}x{{end}}',
  ]) {
    const tree = parse(source).find(({ name }) => name === 'a')
    assert.equal(printNode(tree!.root), 'x')
  }
})

test('limits depth', () => {
  assert.throws(() => parse(`{{${'('.repeat(10_000)}`), /template: page:1: max expression depth exceeded/)
  assert.throws(() => parse('{{if 1}}'.repeat(10_000)), /template: page:1: max nesting depth exceeded/)
  assert.throws(
    () => parse(`{{if 1}}${'{{else if 1}}'.repeat(10_000)}`),
    /template: page:1: max nesting depth exceeded/,
  )
  assert.throws(() => parse('x'.repeat(2 ** 20 + 1)), /template: page:1: more than 1048576 characters/)
})

const PIECES = [
  ...[
    '{{',
    '}}',
    '{{-',
    '- ',
    ' -}}',
    '(',
    ')',
    '|',
    ':=',
    '=',
    ',',
    '.',
    '.A',
    '$',
    '$x',
    ' ',
    '\n',
    '"a"',
    '`b`',
    "'c'",
  ],
  ...['1', '-', '0x', '1e', 'if', 'else', 'end', 'range', 'with', 'define', 'block', 'template', 'break', 'continue'],
  ...['nil', 'true', 'print', 'len', '/*', '*/', '"', '`', "'", '\\', 'é', '\u{1f600}', '\ud800'],
]

test('no text makes the parser throw anything but a TemplateError, and what it takes it prints so that it takes it again', () => {
  const text = fc.oneof(
    fc.array(fc.constantFrom(...PIECES)).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(text, (source) => {
      let first: string
      try {
        first = printed(source)
      } catch (error) {
        assert.ok(error instanceof TemplateError, String(error))
        return
      }
      if (!first.includes('{{')) return
      assert.equal(printed(first), first)
    }),
    { numRuns: 500 },
  )
})

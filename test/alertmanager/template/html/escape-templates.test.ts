import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escapeTemplates } from '../../../../alertmanager/template/html/escape-templates.ts'
import { parseTemplate } from '../../../../alertmanager/template/parse/parse.ts'
import { printNode } from '../../../../alertmanager/template/parse/print.ts'
import { TemplateError } from '../../../../alertmanager/template/template-error.ts'

const FUNCTIONS = new Set(['html', 'urlquery', 'print', 'eq'])

/** All templates that come out, by name; the names of escapers are short, as in `@htmlescaper`. */
function escapePage(source: string): Record<string, string> {
  const trees = parseTemplate({ name: 'page', source, isFunction: (name) => FUNCTIONS.has(name) })
  const escaped = escapeTemplates('page', (name) => trees.find((tree) => tree.name === name))
  const printed = Array.from(escaped, ([name, { root }]) => [name, printNode(root).replaceAll('_html_template_', '@')])
  return Object.fromEntries(printed)
}

/** What becomes of `source`. */
function expectPage(source: string, expected: string): void {
  assert.equal(escapePage(source).page, expected, source)
}

/** The escapers of the only action of a text. */
function expectEscapers(source: string, ...names: string[]): void {
  expectPage(source, source.replace('{{.}}', `{{. | ${names.map((name) => `@${name}`).join(' | ')}}}`))
}

test('an action is escaped by where it stands in the document', () => {
  expectEscapers('<p>{{.}}</p>', 'htmlescaper')
  expectEscapers('a &lt; b {{.}}', 'htmlescaper')
  expectEscapers('<p title="{{.}}">', 'attrescaper')
  expectEscapers("<p title='a {{.}} b'>", 'attrescaper')
  expectEscapers('<p title={{.}}>', 'nospaceescaper')
  expectEscapers('<p title = {{.}} id=x>', 'nospaceescaper')
  expectEscapers('<p {{.}}>', 'htmlnamefilter')
  expectEscapers('<p {{.}}="x">', 'htmlnamefilter')
  expectEscapers('<p data-{{.}}="x">', 'htmlnamefilter')
  expectEscapers('<title>{{.}}</title>', 'rcdataescaper')
  expectEscapers('<TextArea rows=2>{{.}}</TextArea>', 'rcdataescaper')
  expectEscapers('<svg:p xml:lang="{{.}}">', 'attrescaper')
  expectEscapers('<p srcdoc="{{.}}">', 'attrescaper')
})

test('URLs are filtered at their start, normalised up to the query and escaped in it', () => {
  expectEscapers('<a href="{{.}}">', 'urlfilter', 'urlnormalizer', 'attrescaper')
  expectEscapers('<a href=" {{.}}">', 'urlfilter', 'urlnormalizer', 'attrescaper')
  expectEscapers('<a href={{.}}>', 'urlfilter', 'urlnormalizer', 'nospaceescaper')
  expectEscapers('<a href="/x/{{.}}">', 'urlnormalizer', 'attrescaper')
  expectEscapers('<a href="/x?y={{.}}">', 'urlescaper', 'attrescaper')
  expectEscapers('<a href="/x&#63;y={{.}}">', 'urlescaper', 'attrescaper')
  expectEscapers('<a href=/x#{{.}}>', 'urlescaper', 'nospaceescaper')
  expectEscapers('<a xlink:href="{{.}}">', 'urlfilter', 'urlnormalizer', 'attrescaper')
  expectEscapers('<a xmlns:x="{{.}}">', 'urlfilter', 'urlnormalizer', 'attrescaper')
  expectEscapers('<p data-href="{{.}}">', 'urlfilter', 'urlnormalizer', 'attrescaper')
  expectEscapers('<p my-uri="{{.}}">', 'urlfilter', 'urlnormalizer', 'attrescaper')
  expectEscapers('<track srclang="{{.}}">', 'attrescaper')
  expectEscapers('<img srcset="{{.}}">', 'srcsetescaper', 'attrescaper')
  expectEscapers('<img srcset="/a 2x, {{.}} 3x">', 'srcsetescaper', 'attrescaper')
  expectEscapers('<meta content="{{.}}">', 'attrescaper')
  expectEscapers('<meta content="0; URL = {{.}}">', 'urlfilter', 'attrescaper')
  expectEscapers('<meta content="url=/; {{.}}">', 'attrescaper')
})

test('scripts know strings, template literals, regular expressions and divisions', () => {
  expectEscapers('<script>x = {{.}};</script>', 'jsvalescaper')
  expectEscapers('<script>x = "{{.}}";</script>', 'jsstrescaper')
  expectEscapers("<script>x = 'a\\'{{.}}';</script>", 'jsstrescaper')
  expectEscapers('<script>x = `a{{.}}`;</script>', 'jstmpllitescaper')
  expectEscapers(`<script>x = \`a\${ {{.}} }\`;</script>`, 'jsvalescaper')
  expectEscapers(`<script>x = \`\${ {a: {}} }{{.}}\`;</script>`, 'jstmpllitescaper')
  expectEscapers('<script>x = `\\`{{.}}`;</script>', 'jstmpllitescaper')
  expectEscapers('<script>x = /{{.}}/;</script>', 'jsregexpescaper')
  expectEscapers('<script>x = /[/]{{.}}/;</script>', 'jsregexpescaper')
  expectEscapers('<script>return /{{.}}/</script>', 'jsregexpescaper')
  expectEscapers('<script>x / {{.}} / y</script>', 'jsvalescaper')
  expectEscapers('<script>x++ / {{.}}</script>', 'jsvalescaper')
  expectEscapers('<script>x + /{{.}}/</script>', 'jsregexpescaper')
  expectEscapers('<script>1. / {{.}}</script>', 'jsvalescaper')
  expectEscapers('<button onclick="f({{.}})">', 'jsvalescaper', 'attrescaper')
  expectEscapers("<button onclick='f(&quot;{{.}}&quot;)'>", 'jsstrescaper')
  expectEscapers('<button onclick=f({{.}})>', 'jsvalescaper', 'nospaceescaper')
  expectEscapers('<script type="text/template"><p>{{.}}</p></script>', 'htmlescaper')
  expectEscapers('<script type="module">{{.}}</script>', 'jsvalescaper')
  expectEscapers('<script type="application/LD+json; x=y">{{.}}</script>', 'jsvalescaper')
  expectEscapers('<script type=text/x-template>{{.}}</script>', 'htmlescaper')
})

test('style sheets know strings and URLs', () => {
  expectEscapers('<style>p { color: {{.}} }</style>', 'cssvaluefilter')
  expectEscapers('<p style="color: {{.}}">', 'cssvaluefilter', 'attrescaper')
  expectEscapers('<p style="background: url({{.}})">', 'urlfilter', 'urlnormalizer', 'attrescaper')
  expectEscapers('<style>p { background: URL( "/x/{{.}}" ) }</style>', 'urlnormalizer')
  expectEscapers("<style>p { background: url('/x?{{.}}') }</style>", 'urlescaper')
  expectEscapers('<style>p { content: "{{.}}" }</style>', 'urlfilter', 'cssescaper')
  expectEscapers("<style>p { content: 'a{{.}}' }</style>", 'cssescaper')
  expectEscapers('<style>p { content: "\\3f a{{.}}" }</style>', 'cssescaper')
  expectEscapers('<style>p { background: curl({{.}}) }</style>', 'cssvaluefilter')
})

test('comments are left out', () => {
  expectPage('a<!-- {{.}} -->b', 'a{{. | @commentescaper}}b')
  expectPage('<script>a /* x */ b // y\nc</script>', '<script>a   b \nc</script>')
  expectPage('<script>a /* x\n */ b</script>', '<script>a \n b</script>')
  expectPage('<script>a <!-- x\nb --> c\n#! d\n</script>', '<script>a \nb \n\n</script>')
  expectPage('<style>a /* {{.}} */ b // c\nd</style>', '<style>a  {{. | @commentescaper}}  b \nd</style>')
  expectPage('<p onclick="/* x */ f()">', '<p onclick="/* x */ f()">')
  expectPage('<title><!-- a --></title>', '<title>&lt;!-- a --></title>')
})

test('what could be taken for a tag is not', () => {
  expectPage('a < b <3 <p>', 'a &lt; b &lt;3 <p>')
  expectPage('<!DOCTYPE html><!doctype html><!x>', '<!DOCTYPE html><!doctype html>&lt;!x>')
  expectPage('<script>"<script></script><!--"</script>', '<script>"\\x3Cscript>\\x3C/script>\\x3C!--"</script>')
})

test('branches that end alike are joined', () => {
  expectPage('<a href="{{if .}}/x{{end}}?{{.}}">', '<a href="{{if .}}/x{{end}}?{{. | @urlescaper | @attrescaper}}">')
  expectPage('<p{{if .}} title="x"{{end}}>{{.}}', '<p{{if .}} title="x"{{end}}>{{. | @htmlescaper}}')
  expectPage(
    '<p title={{if .}}{{.}}{{end}}>{{.}}',
    '<p title={{if .}}{{. | @nospaceescaper}}{{end}}>{{. | @htmlescaper}}',
  )
  expectPage('{{range .}}<p>{{.}}{{else}}-{{end}}', '{{range .}}<p>{{. | @htmlescaper}}{{else}}-{{end}}')
  expectPage('{{range .}}{{if .}}{{break}}{{end}}<p>{{end}}', '{{range .}}{{if .}}{{break}}{{end}}<p>{{end}}')
  expectPage('<p {{with .}}class=x{{else}}id=y{{end}} >', '<p {{with .}}class=x{{else}}id=y{{end}} >')
})

test('templates are escaped for each context in which they are called', () => {
  assert.deepEqual(
    escapePage('{{define "x"}}{{.}}{{end}}{{template "x"}}<a href="?{{template "x" .}}">{{template "x"}}'),
    {
      page:
        '{{template "x"}}<a href="?{{template "x$htmltemplate_stateURL_delimDoubleQuote_urlPartQueryOrFrag_attrURL" .}}">' +
        '{{template "x"}}',
      x: '{{. | @htmlescaper}}',
      x$htmltemplate_stateURL_delimDoubleQuote_urlPartQueryOrFrag_attrURL: '{{. | @urlescaper | @attrescaper}}',
    },
  )
  const list = '{{define "list"}}<li>{{.}}{{if .}}{{template "list" .}}{{end}}{{end}}{{template "list" .}}'
  assert.equal(escapePage(list).list, '<li>{{. | @htmlescaper}}{{if .}}{{template "list" .}}{{end}}')
})

test('predefined escapers at the end of a pipeline are merged', () => {
  expectPage('{{. | html}}', '{{. | html}}')
  expectPage('<p title="{{html . 1}}">', '<p title="{{_eval_args_ . 1 | html}}">')
  expectPage('{{. | urlquery}}', '{{. | urlquery | @htmlescaper}}')
  expectPage('<a href="?{{. | urlquery}}">', '<a href="?{{. | urlquery | @attrescaper}}">')
  expectPage('<a href="{{. | urlquery}}">', '<a href="{{. | @urlfilter | urlquery | @attrescaper}}">')
  expectPage('<script>{{. | html}}</script>', '<script>{{. | html | @jsvalescaper}}</script>')
  expectPage('{{$x := . | html | urlquery}}', '{{$x := . | html | urlquery}}')
})

test('what cannot be escaped is refused in the words of Go', () => {
  const expectError = (source: string, message: string) => {
    assert.throws(() => escapePage(source), new TemplateError(`html/template:page${message}`), source)
  }
  expectError(
    '<a href="',
    ': ends in a non-text context: {stateURL delimDoubleQuote urlPartNone jsCtxRegexp [] attrURL elementNone <nil>}',
  )
  expectError(
    `<script>\`\${`,
    ': ends in a non-text context: {stateJS delimNone urlPartNone jsCtxRegexp [0] attrNone elementScript <nil>}',
  )
  expectError(
    '<p>\n{{if .}}<a href="{{end}}',
    ':2:5: {{if}} branches end in different contexts: {stateURL delimDoubleQuote urlPartNone jsCtxRegexp [] attrURL elementNone <nil>}, ' +
      '{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}',
  )
  expectError(
    '{{range .}}<p title="{{end}}"',
    ':1:8: on range loop re-entry: {{range}} branches end in different contexts: ' +
      '{stateAttr delimDoubleQuote urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}, ' +
      '{stateTag delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}',
  )
  expectError('<a href="{{if .}}?{{else}}/{{end}}{{.}}">', ':1:36: {{.}} appears in an ambiguous context within a URL')
  expectError('<script>{{if .}}x{{end}}/a', ': \'/\' could start a division or regexp: "/a"')
  expectError('<a b=c"d">', ': "\\"" in unquoted attr: "c\\"d\\""')
  expectError('<a b"c">', ': "\\"" in attribute name: " b\\"c\\">"')
  expectError('<a =b>', ': expected space, attr name, or end of tag, but got "=b>"')
  expectError('<script>"\\{{.}}"</script>', ': unfinished escape sequence in JS string: "\\\\"')
  expectError('<style>"\\{{.}}"</style>', ': unfinished escape sequence in CSS string: "\\\\"')
  expectError('<script>/[{{.}}]/</script>', ': unfinished JS regexp charset: "["')
  expectError('<p title={{. | html}}>', ':1:11: predefined escaper "html" disallowed in template')
  expectError('{{. | html | print}}', ':1:2: predefined escaper "html" disallowed in template')
  expectError('é {{template "x"}}', ':1:14: no such template "x"')
  expectError(
    '{{define "x"}}<a href="{{end}}{{if .}}{{template "x"}}{{end}}',
    ':1:35: {{if}} branches end in different contexts: {stateURL delimDoubleQuote urlPartNone jsCtxRegexp [] attrURL elementNone <nil>}, ' +
      '{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}',
  )
  assert.throws(() => escapeTemplates('gone', () => undefined), new TemplateError('html/template: "gone" is undefined'))
})

test('templates that call each other in ever new contexts are refused after a while', () => {
  const source = `{{define "x"}}\`\${{\`{\`}}{{template "x"}}{{end}}<script>{{template "x"}}`
  const trees = parseTemplate({ name: 'page', source, isFunction: () => false })
  assert.throws(() => escapeTemplates('page', (name) => trees.find((tree) => tree.name === name)), TemplateError)
})

const PIECES = [
  ...[
    '{{.}}',
    '{{. | html}}',
    '{{template "t" .}}',
    '<a href="',
    "<a href='",
    '<a href=',
    ' title=',
    '"',
    "'",
    '>',
    ' ',
  ],
  ...[
    '<script>',
    '</script>',
    '<style>',
    '</style>',
    '<title>',
    '</title>',
    '<!--',
    '-->',
    '/*',
    '*/',
    '//',
    '\n',
    '/',
  ],
  ...['`', `\${`, '{', '}', '(', ')', '[', ']', '\\', 'url(', '<', 'x', '?', '#', ' onclick="', ' style="', '&quot;'],
  ...['<meta content="', 'url=', '<script type="x">', '{{if .}}x{{else}}"{{end}}', '{{range .}}{{.}}{{end}}'],
]

test('whatever the text, every action is escaped or the template is refused', () => {
  const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(text, text, (body, page) => {
      try {
        for (const printed of Object.values(escapePage(`{{define "t"}}${body}{{end}}${page}`))) {
          assert.doesNotMatch(printed, /\{\{\.\}\}/)
        }
      } catch (error) {
        assert.ok(error instanceof TemplateError, String(error))
      }
    }),
    { numRuns: 300 },
  )
})

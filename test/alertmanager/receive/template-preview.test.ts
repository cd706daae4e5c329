import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { startRouter } from '../support/router-process.ts'

const YAML = `
route:
  receiver: all
  group_by: [alertname]
  routes: [{matchers: [team=a], receiver: 'team.a', labels: {runbook: 'r-{{ .GroupLabels.alertname }}'}}]
receivers: [{name: all}, {name: 'team.a'}]
templates: ['*.tmpl']
`

interface Preview {
  readonly ok: boolean
  readonly output?: string
  readonly error?: string
  readonly in?: string
  readonly line?: number
  readonly column?: number
  readonly from?: string
  readonly receiver?: string
  readonly groupKey?: string
  readonly total?: number
  readonly alerts?: readonly { readonly status: string; readonly labels: Readonly<Record<string, string>> }[]
  readonly message?: string
}

async function previewer(t: TestContext, yaml = YAML, template = '{{ define "mine" }}file {{ .Status }}{{ end }}') {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'mine.tmpl'), template)
  const router = await startRouter(t, directory, yaml)
  const preview = async (body: unknown) => {
    const response = await router.post('/api/vedette/v1/templates/preview', body)
    return { status: response.status, answer: (await response.json()) as Preview }
  }
  return { router, preview }
}

test('a text is rendered with the alerts of a group, by the templates in force and its own', async (t) => {
  const { router, preview } = await previewer(t)
  await router.push([
    { alertname: 'Disk', team: 'a', node: '1' },
    { alertname: 'Disk', team: 'a', node: '2' },
  ])
  await router.push([{ alertname: 'Net', node: '1' }])
  const text = '{{ template "mine" . }} {{ .Receiver }} {{ len .Alerts }} {{ .CommonLabels.node }}{{ template "x" . }}'
  const definitions = '{{ define "x" }}<{{ .GroupLabels.SortedPairs.Values | join "," }}>{{ end }}'
  const { status, answer } = await preview({ text, definitions, receiver: 'team.a' })
  assert.deepEqual([status, answer.ok, answer.output], [200, true, 'file firing team\\.a 2 <Disk>'])
  assert.deepEqual([answer.from, answer.receiver, answer.total], ['group', 'team.a', 2])
  assert.equal(answer.groupKey, '{}/{team="a"}:{alertname="Disk"}')
  assert.deepEqual(
    answer.alerts?.map(({ labels }) => labels.node),
    ['1', '2'],
  )
  const byKey = await preview({ text: '{{ .CommonLabels.alertname }}', groupKey: '{}:{alertname="Net"}' })
  assert.equal(byKey.answer.output, 'Net')
  const some = await preview({
    text: '{{ len .Alerts }}',
    groupKey: '{}/{team="a"}:{alertname="Disk"}',
    matchers: ['node="2"'],
  })
  assert.equal(some.answer.output, '1')
  const all = await preview({ text: '{{ range .Alerts }}{{ .Labels.alertname }},{{ end }}', matchers: ['node="1"'] })
  assert.deepEqual([all.answer.output, all.answer.from], ['Net,Disk,', 'alerts'])
  assert.equal((await preview({ text: '{{ .Status }}' })).answer.from, 'group')
  assert.equal((await preview({ text: '{{ template "x" . }}' })).answer.ok, false, 'what one brought along is gone')
  const html = await preview({ text: '<b>{{ .ExternalURL }}{{ "<" }}</b>', type: 'html' })
  assert.match(html.answer.output ?? '', /^<b>http:.*&lt;<\/b>$/)
  assert.match(
    (await preview({ text: '{{ template "slack.default.title" . }}', receiver: 'team.a' })).answer.output ?? '',
    /^\[FIRING:2\] Disk/,
  )
})

test("without alerts there is an example, and data of one's own", async (t) => {
  const { preview } = await previewer(t)
  const example = await preview({ text: '{{ (index .Alerts 0).Labels.instance }}' })
  assert.deepEqual(example.answer, { ok: true, output: 'foo.bar:1234', from: 'example' })
  const data = {
    status: 'resolved',
    alerts: [{ status: 'resolved', labels: { a: 'b' }, startsAt: '2026-01-02T03:04:05Z' }],
  }
  const text = '{{ .Status }} {{ range .Alerts }}{{ .Labels.a }} {{ .StartsAt.Year }}{{ end }}'
  assert.deepEqual((await preview({ text, data })).answer, { ok: true, output: 'resolved b 2026', from: 'data' })
  assert.equal((await preview({ text, receiver: 'all' })).status, 404)
  assert.equal((await preview({ text, matchers: ['a=b'] })).status, 404)
})

test('what is wrong with a text is said in the words of Go, with its place', async (t) => {
  const { preview } = await previewer(t)
  const wrong = async (body: object) => {
    const { status, answer } = await preview(body)
    const { ok, error, line, column } = answer
    assert.deepEqual([status, ok], [200, false])
    return [error, answer.in, line, column]
  }
  assert.deepEqual(await wrong({ text: 'a\n  {{ .Nope }}' }), [
    ...['template: :2:5: executing "" at <.Nope>: can\'t evaluate field Nope in type *template.Data', 'text', 2, 6],
  ])
  assert.deepEqual((await wrong({ text: 'a\n {{ nope }}' })).slice(0, 3), [
    'template: :2: function "nope" not defined',
    'text',
    2,
  ])
  const [error, where, line, column] = await wrong({ text: '', definitions: 'x\n{{ if }}' })
  assert.match(String(error), /^template: definitions:2: missing value for if/)
  assert.deepEqual([where, line, typeof column], ['definitions', 2, 'number'])
  assert.match(
    String((await wrong({ text: '<a href="{{ if .Status }}">"{{ end }}', type: 'html' }))[0]),
    /html\/template|template/,
  )
})

test('texts that run wild end soon, and the router goes on', async (t) => {
  const { router, preview } = await previewer(t)
  const bombs = [
    '{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}',
    `{{ $x := "a" }}{{ range $i, $_ := .Alerts }}${'{{ $x = printf "%s%s" $x $x }}'.repeat(40)}{{ end }}{{ $x }}`,
    `${'{{ range .Alerts }}'.repeat(60)}x${'{{ end }}'.repeat(60)}`,
    `{{ reReplaceAll "(a*)*b" "x" "${'a'.repeat(5_000)}" }}`.repeat(6),
    `{{ printf "%1000000000d" 1 }}`,
    '('.repeat(30_000),
    `{{ ${'('.repeat(15_000)}1${')'.repeat(15_000)} }}`,
    `<a ${'{{ if .Status }}x="{{ end }}'.repeat(1_000)}`,
  ]
  for (const text of bombs) {
    for (const type of ['text', 'html']) {
      const { status, answer } = await preview({ text, type })
      assert.equal(status, 200)
      assert.ok(answer.ok ? (answer.output?.length ?? 0) <= 1_048_576 : answer.error !== '', text.slice(0, 80))
    }
  }
  assert.equal((await router.get('/-/healthy')).status, 200)
})

test('a request that makes no sense is refused with the reason', async (t) => {
  const { preview } = await previewer(t)
  const refused = async (body: unknown) => {
    const { status, answer } = await preview(body)
    return [status, answer.message ?? answer]
  }
  assert.deepEqual(await refused({}), [422, 'text in body is required'])
  assert.deepEqual(await refused({ text: '', type: 'pdf' }), [422, 'type in body should be one of [text html]'])
  assert.deepEqual(await refused({ text: 'x'.repeat(33_000) }), [
    422,
    'text in body should be at most 32768 chars long',
  ])
  assert.deepEqual(await refused({ text: '', matchers: ['a'] }), [400, 'bad matcher format: a'])
  assert.deepEqual(await refused({ text: '', data: { alerts: 7 } }), [400, 'data: alerts must be a list'])
  assert.equal((await refused({ text: '', data: {}, receiver: 'a' }))[0], 422)
  for (const body of [
    7,
    [],
    null,
    { text: 7 },
    { text: '', matchers: 'a=b' },
    { text: '', matchers: [1] },
    { text: '', data: 7 },
  ]) {
    assert.equal((await refused(body))[0], 400, JSON.stringify(body))
  }
  assert.equal((await preview({ text: '', data: { x: 'x'.repeat(1_100_000) } })).status, 413)
})

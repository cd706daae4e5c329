import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { notificationData } from '../../../alertmanager/notify/data.ts'
import { createTemplates } from '../../../alertmanager/template/create-templates.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'
import { captureServer } from '../support/capture-server.ts'
import { flushed, notificationOf } from '../support/flushed.ts'
import { mailbox } from '../support/mailbox.ts'
import { startRouter } from '../support/router-process.ts'
import { peakResidentMiB } from './resident.ts'

const TIMES = (count: number) => `(list ${Array.from({ length: count }, (_item, n) => n).join(' ')})`
const LIMIT = /exceeded maximum|too large|wrong type|width|precision|expected/

/** Texts of which each would take all memory or all time, and what is said of them. */
const BOMBS: Readonly<Record<string, readonly [text: string, said: RegExp]>> = {
  'a template that calls itself': [
    '{{ define "r" }}x{{ template "r" . }}{{ end }}{{ template "r" . }}',
    /exceeded maximum template depth/,
  ],
  'templates that double': [
    `${Array.from({ length: 40 }, (_item, n) => `{{ define "d${n}" }}{{ template "d${n + 1}" . }}{{ template "d${n + 1}" . }}{{ end }}`).join('')}{{ define "d40" }}x{{ end }}{{ template "d0" . }}`,
    /exceeded maximum (?:number of steps|time|work|size)/,
  ],
  'a wide number': [
    '{{ range $n := (list 1 2 3) }}{{ printf "%999999d" $n }}{{ printf "%1000000000d" $n }}{{ end }}',
    LIMIT,
  ],
  'a precise number': [
    '{{ printf "%.1000000000f" 1.5 }}{{ printf "%.2000000f" 1.5 }}{{ printf "%2000000s" "x" }}',
    LIMIT,
  ],
  'a width from data': ['{{ printf "%*d" 900000000 1 }}{{ printf "%[1]*d" 500000 }}{{ printf "%2000000d" 1 }}', LIMIT],
  'a text that grows': [
    `{{ $x := "aaaaaaaaaa" }}{{ range ${TIMES(30)} }}{{ $x = reReplaceAll "a" "aaaaaaaaaa" $x }}{{ end }}{{ $x }}`,
    /exceeded maximum/,
  ],
  'a text that doubles': [
    `{{ $x := "aaaaaaaaaa" }}{{ range ${TIMES(60)} }}{{ $x = print $x $x }}{{ end }}{{ $x }}`,
    /exceeded maximum/,
  ],
  'JSON that doubles': [
    `{{ $x := dict "a" 1 }}{{ range ${TIMES(60)} }}{{ $x = dict "a" $x "b" $x }}{{ end }}{{ toJson $x }}`,
    /exceeded maximum|levels/,
  ],
  'a list that doubles': [
    `{{ $x := list 1 }}{{ range ${TIMES(60)} }}{{ $x = list $x $x }}{{ end }}{{ $x }}`,
    /exceeded maximum/,
  ],
  'much that is written': [
    `{{ $x := printf "%1000000d" 1 }}{{ range ${TIMES(60)} }}{{ $x }}{{ end }}`,
    /exceeded maximum/,
  ],
  'a pattern from an alert': ['{{ match .CommonLabels.pattern "aaaa" }}', /expression too large/],
  'a pattern that looks again and again': [
    '{{ reReplaceAll "(?:(?:(?:a?){50}){20})x" "y" .CommonAnnotations.long }}',
    /too large|exceeded maximum/,
  ],
}

const LABELS = { alertname: 'Bomb', pattern: 'a{1000}'.repeat(100) }
const ANNOTATIONS = { long: 'ab'.repeat(250_000) }

test('a template that is a bomb stops, and says why', () => {
  const templates = createTemplates({ patterns: [], directory: '.', clock: new ManualClock() })
  const alert = flushed(LABELS, { annotations: LabelSet.from(ANNOTATIONS) })
  const data = notificationData(notificationOf([alert], { alertname: 'Bomb' }), 'http://router.test')
  for (const [what, [text, said]] of Object.entries(BOMBS)) {
    for (const engine of ['text', 'html'] as const) {
      assert.throws(
        // As if each were a notification of its own.
        () => templates[engine](text, { ...data }),
        ({ message }: Error) => {
          assert.match(message, said, what)
          assert.ok(message.length < 2_000, `${what}: ${message.length} characters`)
          return true
        },
      )
    }
  }
})

/** So many alerts with twenty labels each. */
function crowd(count: number) {
  const others = Object.fromEntries(Array.from({ length: 18 }, (_item, n) => [`label_${n}`, `value ${n}`]))
  const annotations = LabelSet.from({ summary: 'Pod is crash looping.', description: 'x'.repeat(150) })
  const alerts = Array.from({ length: count }, (_item, n) => {
    return flushed({ alertname: 'Crowd', pod: `pod-${n}`, ...others }, { annotations })
  })
  return notificationData(notificationOf(alerts, { alertname: 'Crowd' }), 'http://router.test')
}

const ROUND = `{{ range ${TIMES(10)} }}{{ range ${TIMES(10)} }}{{ range ${TIMES(10)} }}{{ range ${TIMES(10)} }}{{ len "x" }}{{ end }}{{ end }}{{ end }}{{ end }}`

test('the texts of one notification share what one may take, and more alerts may take more', () => {
  const templates = createTemplates({ patterns: [], directory: '.', clock: new ManualClock() })
  const some = `${ROUND}`.repeat(12)
  const few = crowd(1)
  templates.text(some, few)
  assert.throws(() => templates.html(some, few), /exceeded maximum number of steps \(505000 for all texts of a notif/)
  assert.throws(() => templates.text('{{ len "x" }}', few), /exceeded maximum number of steps/)
  templates.text(some, crowd(1))
  const many = crowd(500)
  for (let text = 0; text < 4; text++) templates.text(some, many)
})

/** With all that people do to show an alert. */
const ELABORATE = `{{ range .Alerts }}{{ if eq .Labels.severity "critical" }}:fire:{{ else if eq .Status "firing" }}:warning:{{ end }}
*{{ .Annotations.summary | title }}* {{ .Annotations.description | reReplaceAll "x([0-9]+)" "y $1" | reReplaceAll "\\\\s+" " " }}
{{ range .Labels.SortedPairs }} • *{{ .Name | title }}:* {{ .Value }}{{ if match "^value [0-9]+$" .Value }}!{{ end }}
{{ end }}{{ range .Annotations.SortedPairs }}{{ if and (ne .Name "summary") (ne .Name "description") }}{{ .Value | toUpper }}{{ end }}{{ end }}
{{ range .Labels.Remove (stringSlice "alertname" "pod") }}{{ . }}{{ end }}{{ printf "%s-%d" .Labels.pod (len .Labels) }} {{ .StartsAt.Format "2006-01-02 15:04:05" }}
{{ end }}`

test('texts of good will have room with a thousand alerts, ten times over', () => {
  const templates = createTemplates({ patterns: [], directory: '.', clock: new ManualClock() })
  const data = crowd(1_000)
  for (let text = 0; text < 10; text++) assert.ok(templates.text(ELABORATE, data).length > 400_000)
  const mail = { ...data }
  assert.match(templates.html('{{ template "email.default.html" . }}', mail), /Crowd/)
  for (const name of ['opsgenie.default.description', 'msteamsv2.default.text', 'discord.default.message']) {
    assert.match(templates.text(`{{ template "${name}" . }}`, mail), /pod-999/)
  }
  assert.ok(templates.text(ELABORATE, crowd(5_000)).length > 2_000_000)
})

test('beside notifications whose templates are bombs, others are told', async (t) => {
  const [hook, slack, mail] = [await captureServer(t), await captureServer(t, () => ({ body: 'ok' })), await mailbox(t)]
  const bombs = ['templates that double', 'a list that doubles', 'much that is written', 'a pattern from an alert']
  const texts = bombs.map((name) => JSON.stringify(BOMBS[name]![0]))
  const email = (html: string) =>
    `{to: "a@mail.test", from: "r@mail.test", smarthost: "127.0.0.1:${mail.port}", require_tls: false, html: ${html}}`
  const yaml = `
route: {receiver: a, group_by: [alertname], group_wait: 0s, group_interval: 1h}
receivers:
  - name: a
    slack_configs: [${texts.map((text) => `{api_url: "${slack.url}", text: ${text}}`).join(', ')}]
    email_configs: [${[...texts.slice(1).map(email), email('"fine"')].join(', ')}]
    webhook_configs: [{url: "${hook.url}"}]
`
  const router = await startRouter(t, temporaryDirectory(t), yaml)
  assert.equal((await router.post('/api/v2/alerts', [{ labels: LABELS, annotations: ANNOTATIONS }])).status, 200)
  await hook.received(1, 60_000)
  await until('the good mail is there', () => mail.letters.length > 0)
  const failed = (integration: string) =>
    `alertmanager_notifications_failed_total{integration="${integration}",reason="other"}`
  await router.reached(failed('slack'), bombs.length)
  await router.reached(failed('email'), bombs.length - 1)
  assert.deepEqual([hook.requests.length, slack.requests.length, mail.letters.length], [1, 0, 1])
  assert.match(router.child.stderr, /error="slack_configs\[0\]: text: template: .*exceeded maximum number of steps/)
  const peak = peakResidentMiB(router)
  t.diagnostic(`at most ${Math.round(peak)} MiB`)
  assert.ok(peak < 700, `${peak} MiB`)
})

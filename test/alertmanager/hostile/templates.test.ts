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
    // Those that count steps take seconds, whichever engine counts them.
    const engines = what === 'templates that double' ? (['text'] as const) : (['text', 'html'] as const)
    for (const engine of engines) {
      assert.throws(
        () => templates[engine](text, data),
        ({ message }: Error) => {
          assert.match(message, said, what)
          assert.ok(message.length < 2_000, `${what}: ${message.length} characters`)
          return true
        },
      )
    }
  }
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

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { formatNano, ZERO_TIME } from '../../../alertmanager/moment.ts'
import { type NotificationData, notificationData } from '../../../alertmanager/notify/data.ts'
import { createTemplates } from '../../../alertmanager/template/create-templates.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { flushed, notificationOf } from '../support/flushed.ts'
import { AMTOOL, missing } from '../support/upstream.ts'

const templates = createTemplates({ patterns: [], directory: '.', clock: { nowMs: () => 0 } })
const DEBIANS = '/usr/share/prometheus/alertmanager/default.tmpl'

const firing = flushed(
  { job: 'j', alertname: 'Disk', zone: '<a&b>"\'+', severity: 'warning' },
  { generatorUrl: 'http://p/g?a=1&b=2', annotations: LabelSet.from({ summary: 'Fülle', text: 'two\nlines' }) },
)
const resolved = flushed(
  { job: 'j', alertname: 'Disk', zone: 'b', severity: 'info' },
  { firing: false, annotations: LabelSet.from({ summary: 'Fülle' }) },
)
const CASES = {
  mixed: [[firing, resolved], { alertname: 'Disk' }],
  firing: [[firing], { alertname: 'Disk', job: 'j' }],
  resolved: [[resolved], { alertname: 'Disk' }],
  ungrouped: [[firing, resolved], {}],
} as const

const dataOf = (name: keyof typeof CASES) => {
  const [alerts, group] = CASES[name]
  return notificationData(notificationOf(alerts, group), 'http://router:9093')
}
const text = (name: string, data: NotificationData) => templates.text(`{{ template "${name}" . }}`, data)

test('the subject counts what fires and names the group, then what else is common', () => {
  assert.equal(text('__subject', dataOf('mixed')), '[FIRING:1] Disk (j)')
  assert.equal(text('__subject', dataOf('ungrouped')), '[FIRING:1]  (Disk j)')
  assert.equal(text('__subject', dataOf('resolved')), '[RESOLVED] Disk (j info b)')
  const whole = { alertname: 'A' }
  assert.equal(text('__subject', notificationData(notificationOf([flushed(whole)], whole), '')), '[FIRING:1] A ')
})

test('alerts as a list with markdown', () => {
  const expected = (title: string, list: string) => `\n# Alerts ${title}:\n${list}\n`
  const lines = (labels: string, annotations: string, url: string) => {
    return `\nLabels:\n${labels}\nAnnotations:\n${annotations}\nSource: ${url}\n\n`
  }
  const first = lines(
    '  - alertname = Disk\n  - job = j\n  - severity = warning\n  - zone = <a&b>"\'+\n',
    '  - summary = Fülle\n  - text = two\nlines\n',
    'http://p/g?a=1&b=2',
  )
  const second = lines(
    '  - alertname = Disk\n  - job = j\n  - severity = info\n  - zone = b\n',
    '  - summary = Fülle\n',
    '',
  )
  for (const name of ['msteams.default.text', 'msteamsv2.default.text', 'jira.default.description']) {
    assert.equal(text(name, dataOf('mixed')), `\n${expected('Firing', first)}\n${expected('Resolved', second)}\n`)
    assert.equal(text(name, dataOf('resolved')), `\n\n${expected('Resolved', second)}\n`)
  }
})

test('the priority for Jira is that of the worst alert', () => {
  const priority = (...severities: string[]) => {
    const alerts = severities.map((word, n) => {
      const [severity = '', state] = word.split(' ')
      return flushed({ n: String(n), severity }, { firing: state !== 'resolved' })
    })
    return text('jira.default.priority', notificationData(notificationOf(alerts), ''))
  }
  assert.equal(priority('info', 'critical', 'warning'), 'High')
  assert.equal(priority('info', 'warning'), 'Medium')
  assert.equal(priority('info', 'info'), 'Low')
  assert.equal(priority('none'), '')
  assert.equal(priority('warning', 'critical resolved'), 'Medium')
  assert.equal(priority('critical resolved'), 'High')
  assert.equal(priority('none', 'critical resolved'), 'High')
})

test('every name that receivers use by default is there', () => {
  const names = {
    dingtalk: 'title text',
    discord: 'content title message',
    email: 'subject',
    feishu: 'title text',
    jira: 'summary description priority',
    mattermost: 'color username title titlelink fallback text',
    msteams: 'summary title text',
    msteamsv2: 'title text',
    opsgenie: 'message description source',
    pagerduty: 'description client clientURL',
    pushover: 'title message url',
    rocketchat: 'title alias titlelink emoji iconurl text',
    slack: 'title username fallback callbackid pretext titlelink iconemoji iconurl text footer color',
    sns: 'subject message',
    telegram: 'message',
    victorops: 'state_message entity_display_name monitoring_tool',
    webex: 'message',
    wechat: 'message to_user to_party to_tag agent_id',
  }
  for (const [kind, fields] of Object.entries(names)) {
    for (const field of fields.split(' ')) {
      assert.doesNotThrow(() => text(`${kind}.default.${field}`, dataOf('mixed')), `${kind} ${field}`)
    }
  }
  assert.equal(text('slack.default.color', dataOf('mixed')), 'danger')
  assert.equal(text('mattermost.default.color', dataOf('resolved')), 'good')
  assert.equal(text('__description', dataOf('mixed')), '')
  assert.match(
    templates.text('{{ template "pagerduty.default.instances" .Alerts.Firing }}', dataOf('mixed')),
    /^Labels:/,
  )
})

const skip = existsSync(DEBIANS) ? missing(AMTOOL, 'amtool') : { skip: `${DEBIANS} is missing` }

for (const type of ['text', 'html'] as const) {
  test(`the texts are those of Debian's Alertmanager, as ${type}`, skip, (t) => {
    const file = join(temporaryDirectory(t), 'data.json')
    const theirs = readFileSync(DEBIANS, 'utf8').matchAll(/define "([^"]+)"/g)
    const names = Array.from(theirs, ([, name = '']) => name).filter(
      (name) => !/hipchat|\.(?:tags|teams|instances)$|alert_list/.test(name),
    )
    assert.ok(names.length >= 30)
    const separator = '\n=====\n'
    const source = names.map((name) => `{{ template "${name}" . }}`).join(separator)
    for (const name of Object.keys(CASES) as (keyof typeof CASES)[]) {
      const data = dataOf(name)
      writeFileSync(file, JSON.stringify(asJson(data)))
      const args = [`--template.glob=${DEBIANS}`, `--template.type=${type}`, `--template.data=${file}`]
      const rendered = execFileSync(AMTOOL!, ['template', 'render', ...args, `--template.text=${source}`], {
        encoding: 'utf8',
      })
      const expected = rendered.split(separator)
      const ours = templates[type](source, data).split(separator)
      for (const [index, part] of ours.entries()) assert.equal(part, expected[index], `${name} ${names[index]}`)
    }
  })
}

/** The data as amtool reads it. */
function asJson(data: NotificationData) {
  const { receiver, status, alerts, groupLabels, commonLabels, commonAnnotations, externalURL } = data
  return {
    ...{ receiver, status, externalURL },
    groupLabels: Object.fromEntries(groupLabels),
    commonLabels: Object.fromEntries(commonLabels),
    commonAnnotations: Object.fromEntries(commonAnnotations),
    alerts: alerts.map(({ labels, annotations, startsAt, endsAt, ...alert }) => ({
      ...alert,
      labels: Object.fromEntries(labels),
      annotations: Object.fromEntries(annotations),
      startsAt: formatNano(startsAt),
      endsAt: endsAt === undefined ? ZERO_TIME : formatNano(endsAt),
    })),
  }
}

test('the HTML of mails shows everything, takes nothing for markup and links only to what is safe', () => {
  const html = templates.html('{{ template "email.default.html" . }}', dataOf('mixed'))
  assert.match(html, /<h1>2 alerts for alertname=Disk<\/h1>/)
  assert.match(html, /<p>1 firing, 1 resolved<\/p>/)
  assert.match(html, /href="http:\/\/router:9093\/#\/alerts\?receiver=team%5C\.X">View in Alertmanager</)
  assert.match(html, /<td>&lt;a&amp;b&gt;&#34;&#39;&#43;<\/td>/)
  assert.match(html, /<a href="http:\/\/p\/g\?a=1&amp;b=2">Source<\/a>/)
  assert.match(html, /#\/silences\/new\?filter=%7Balertname%3D%22Disk%22%2Cjob%3D%22j%22/)
  assert.match(html, /Resolved at 2026-11-21 11:00:00 UTC/)
  assert.equal(html.match(/>Silence</g)?.length, 1)
  assert.equal(html.match(/>Source</g)?.length, 1)

  const hostile = flushed(
    { alertname: '</title><script>alert(1)</script>' },
    {
      generatorUrl: 'javascript:alert(1)',
      annotations: LabelSet.from({ a: 'javascript:x', link: 'https://runbook/?a=1&b="2"' }),
    },
  )
  const safe = templates.html(
    '{{ template "email.default.html" . }}',
    notificationData(notificationOf([hostile]), 'http://x'),
  )
  assert.doesNotMatch(safe, /<script|href="javascript/)
  assert.match(safe, /<td><a href="https:\/\/runbook\/\?a=1&amp;b=%222%22">/)
  assert.match(safe, /<title>\[FIRING:1\] {2}\(&lt;\/title&gt;/)
})

test('a mail about thousands of alerts stays one that can be sent', () => {
  const alerts = Array.from({ length: 2_000 }, (_, n) => flushed({ alertname: 'A', n: String(n) }))
  const html = templates.html(
    '{{ template "email.default.html" . }}',
    notificationData(notificationOf(alerts), 'http://x'),
  )
  assert.equal(html.match(/<h3>/g)?.length, 200)
  assert.match(html, /<h1>2000 alerts<\/h1>/)
  assert.match(html, /<h2>Firing \(2000\)<\/h2>/)
  assert.match(html, /Not all of them are shown here/)
})

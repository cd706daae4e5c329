import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { notificationData } from '../../../alertmanager/notify/data.ts'
import { defaultHtml } from '../../../alertmanager/notify/default-html.ts'
import { alertsUrl, defaultSubject, defaultText } from '../../../alertmanager/notify/default-texts.ts'
import { flushed, notificationOf } from '../support/flushed.ts'

type Labels = Readonly<Record<string, string>>
const data = (alerts: Parameters<typeof notificationOf>[0], group: Labels) =>
  notificationData(notificationOf(alerts, group), 'http://router:9093')

test('the subject counts what fires and names the group, then what else is common', () => {
  const two = [
    flushed({ job: 'j', alertname: 'A', n: '1', severity: 'page' }),
    flushed({ job: 'j', alertname: 'A', n: '2', severity: 'page' }),
  ]
  assert.equal(defaultSubject(data(two, { job: 'j', alertname: 'A' })), '[FIRING:2] A j (page)')
  assert.equal(defaultSubject(data(two, {})), '[FIRING:2]  (A j page)')
  const whole = { alertname: 'A' }
  assert.equal(defaultSubject(data([flushed(whole)], whole)), '[FIRING:1] A ')
  assert.equal(defaultSubject(data([flushed(whole, { firing: false })], whole)), '[RESOLVED] A ')
  const mixed = [flushed({ ...whole, n: '1' }), flushed({ ...whole, n: '2' }, { firing: false })]
  assert.equal(defaultSubject(data(mixed, whole)), '[FIRING:1] A ')
})

test('the text lists labels, annotations and source, firing alerts first', () => {
  const alerts = [
    flushed({ alertname: 'B', z: '1' }, { firing: false }),
    flushed({ z: '2', alertname: 'A' }, { annotations: LabelSet.from({ summary: 'Oh' }), generatorUrl: 'http://p/g' }),
  ]
  assert.equal(
    defaultText(data(alerts, {})),
    `Alerts Firing:
Labels:
 - alertname = A
 - z = 2
Annotations:
 - summary = Oh
Source: http://p/g

Alerts Resolved:
Labels:
 - alertname = B
 - z = 1
Annotations:
Source: 
`,
  )
})

test('the HTML shows everything and takes nothing for markup', () => {
  const alerts = [
    flushed(
      { alertname: '<script>' },
      { generatorUrl: 'javascript:alert(1)', annotations: LabelSet.from({ a: '"&\'' }) },
    ),
    flushed({ alertname: '<script>', n: '2' }, { firing: false, generatorUrl: 'https://p/g?a=1&b=2' }),
  ]
  const html = defaultHtml(data(alerts, { alertname: '<script>' }))
  assert.doesNotMatch(html, /<script>|javascript:/)
  assert.match(html, /2 alerts for alertname=&lt;script&gt;/)
  assert.match(html, /&#34;&amp;&#39;/)
  assert.match(html, /href="https:\/\/p\/g\?a=1&amp;b=2"/)
  assert.match(html, /since 2026-11-21T10:00:00\.5Z/)
  assert.match(html, /2026-11-21T10:00:00\.5Z to 2026-11-21T11:00:00Z/)
})

test('the link names the receiver as upstream does', () => {
  assert.equal(alertsUrl(data([flushed({ a: 'b' })], {})), 'http://router:9093/#/alerts?receiver=team%5C.X')
})

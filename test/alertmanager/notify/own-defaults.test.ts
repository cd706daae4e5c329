import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import type { IntegrationKind } from '../../../alertmanager/config/receivers/formats.ts'
import { createTemplates } from '../../../alertmanager/template/create-templates.ts'
import { flushed, notificationOf } from '../support/flushed.ts'
import { toldIntegration } from '../support/told-integration.ts'

const templates = createTemplates({ patterns: [], directory: '.', clock: { nowMs: () => 0 } })

const annotations = LabelSet.from({ summary: 'Disk <full>', description: 'Only 1 % left.' })
const group = { alertname: 'Disk' }
const alerts = [
  flushed({ alertname: 'Disk', instance: 'a' }, { generatorUrl: 'http://p/g', annotations }),
  flushed({ alertname: 'Disk', instance: 'c' }),
  flushed({ alertname: 'Disk', instance: 'b' }, { firing: false }),
]
const MIXED = notificationOf(alerts, group)
const RESOLVED = notificationOf(alerts.slice(2), group)

const LINK = 'http://router.test/#/alerts?receiver=team%5C.X'

const MARKDOWN = `**Firing: 2**

**Disk <full>**

Only 1 % left.

- alertname: Disk
- instance: a

[Source](http://p/g)

**Disk**

- alertname: Disk
- instance: c

**Resolved: 1**

**Disk**

- alertname: Disk
- instance: b

[Alertmanager](${LINK})`

const TEXT = `Firing:
Disk <full>
Only 1 % left.
alertname: Disk
instance: a
http://p/g

Disk
alertname: Disk
instance: c

Resolved:
Disk
alertname: Disk
instance: b

${LINK}`

/** What a service is asked, with the defaults of its kind. */
async function askedFor(
  t: Parameters<typeof toldIntegration>[0],
  kind: IntegrationKind,
  required: (url: string) => string,
) {
  const { server, tell } = await toldIntegration(t, kind, {
    ...{ options: required, deps: { templates } },
    answer: () => ({ body: '{"errcode":0,"code":0}' }),
  })
  for (const notification of [MIXED, RESOLVED]) assert.deepEqual(await tell(notification), { ok: true })
  return server.requests.map(({ body }) => body)
}

test('DingTalk is told in Markdown', async (t) => {
  const [mixed, resolved] = await askedFor(t, 'dingtalk', (url) => `{webhook_url: "${url}"}`)
  assert.deepEqual(JSON.parse(mixed!).markdown, {
    title: '[FIRING:2] Disk ',
    text: `### [FIRING:2] Disk \n\n${MARKDOWN}`,
  })
  assert.deepEqual(JSON.parse(resolved!).markdown.title, '[RESOLVED] Disk (b)')
})

test('Feishu is told by a card', async (t) => {
  const [mixed, resolved] = await askedFor(t, 'feishu', (url) => `{webhook_url: "${url}"}`)
  const { header, elements } = JSON.parse(mixed!).card
  assert.deepEqual([header.title.content, elements[0].content], ['[FIRING:2] Disk ', MARKDOWN])
  assert.match(JSON.parse(resolved!).card.elements[0].content, /^\*\*Resolved: 1\*\*\n\n\*\*Disk\*\*\n/)
})

test('Google Chat is told in plain text', async (t) => {
  const [mixed] = await askedFor(t, 'googlechat', (url) => `{webhook_url: "${url}"}`)
  assert.equal(JSON.parse(mixed!).text, `[FIRING:2] Disk \n\n${TEXT}`)
})

test('ntfy is told in plain text, with a link and more urgently while something fires', async (t) => {
  const [mixed, resolved] = await askedFor(t, 'ntfy', (url) => `{url: "${url}", topic: a}`)
  assert.deepEqual(JSON.parse(mixed!), {
    ...{ topic: 'a', title: '[FIRING:2] Disk ', message: TEXT, priority: 4, tags: ['rotating_light'], click: LINK },
  })
  const { priority, tags } = JSON.parse(resolved!)
  assert.deepEqual([priority, tags], [3, ['white_check_mark']])
})

test('short messages are the subject', async (t) => {
  const [first] = await askedFor(
    t,
    'sms',
    (url) => `{to: ["1234"], twilio: {api_url: "${url}", account_sid: a, auth_token: b, from: "1"}}`,
  )
  assert.equal(new URLSearchParams(first).get('Body'), '[FIRING:2] Disk ')
})

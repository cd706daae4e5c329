import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from '../support/capture-server.ts'
import {
  checkRetries,
  configErrors,
  FIRING,
  failed,
  HTTP_RETRIES,
  integrationConfig,
  RESOLVED,
  toldIntegration,
} from '../support/told-integration.ts'

const OK: Answer = { headers: { 'content-type': 'text/plain' }, body: 'ok' }
const json = (body: object): Answer => ({
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
})
const options = (url: string) => `{api_url: "${url}/services/T0/B0/hunter2"}`

test('what is not configured comes from the default templates', async (t) => {
  const { server, tell } = await toldIntegration(t, 'slack', { options, answer: () => OK })
  assert.deepEqual(await tell(), { ok: true })
  const [request] = server.requests
  assert.deepEqual([request?.method, request?.path], ['POST', '/services/T0/B0/hunter2'])
  assert.equal(request?.headers['content-type'], 'application/json')
  assert.equal(request?.headers.authorization, undefined)
  const name = (of: string) => `\\u003cslack.default.${of}\\u003e`
  assert.equal(
    request?.body,
    `{"username":"${name('username')}","icon_emoji":"${name('iconemoji')}","icon_url":"${name('iconurl')}",` +
      `"attachments":[{"title":"${name('title')}","title_link":"${name('titlelink')}","pretext":"${name('pretext')}",` +
      `"text":"${name('text')}","fallback":"${name('fallback')}","callback_id":"${name('callbackid')}",` +
      `"footer":"${name('footer')}","color":"${name('color')}","mrkdwn_in":["fallback","pretext","text"]}]}\n`,
  )
})

test('every key has its place, and what renders to nothing is left out where upstream leaves it out', async (t) => {
  const { server, tell } = await toldIntegration(t, 'slack', {
    options: (url) => `{api_url: "${url}", channel: "#{{ .CommonLabels.team }}", username: "", icon_emoji: ":x:",
      icon_url: "", link_names: yes, message_text: "M {{ .Status }}", title: T, title_link: "http://t", pretext: P,
      text: "{{ .Status }}", fallback: F, callback_id: C, image_url: "http://i", thumb_url: "http://u", footer: "",
      color: "", mrkdwn_in: [text], short_fields: true,
      fields: [{title: A, value: "{{ .Status }}"}, {title: B, value: C, short: false}],
      actions: [{type: button, text: Go, url: "http://go", name: n, value: v, style: primary},
        {type: button, text: Ask, name: n, value: "{{ .Status }}", confirm: {text: Sure?, ok_text: Y, dismiss_text: N, title: Q}}]}`,
    answer: () => OK,
  })
  await tell()
  assert.deepEqual(JSON.parse(server.requests[0]!.body), {
    channel: '#<x>',
    icon_emoji: ':x:',
    link_names: true,
    text: 'M firing',
    attachments: [
      {
        title: 'T',
        title_link: 'http://t',
        pretext: 'P',
        text: 'firing',
        fallback: 'F',
        callback_id: 'C',
        fields: [
          { title: 'A', value: 'firing', short: true },
          { title: 'B', value: 'C', short: false },
        ],
        actions: [
          { type: 'button', text: 'Go', url: 'http://go', style: 'primary' },
          {
            type: 'button',
            text: 'Ask',
            name: 'n',
            value: 'firing',
            confirm: { text: 'Sure?', title: 'Q', ok_text: 'Y', dismiss_text: 'N' },
          },
        ],
        image_url: 'http://i',
        thumb_url: 'http://u',
        footer: '',
        mrkdwn_in: ['text'],
      },
    ],
  })
})

test('a title is cut to what Slack shows', async (t) => {
  const { server, tell } = await toldIntegration(t, 'slack', {
    options: (url) => `{api_url: "${url}", title: "${'ü'.repeat(1025)}"}`,
    answer: () => OK,
  })
  await tell()
  assert.equal(JSON.parse(server.requests[0]!.body).attachments[0].title, `${'ü'.repeat(1023)}…`)
})

test('an app posts with its token, which may be in a file', async (t) => {
  const { server, tell } = await toldIntegration(t, 'slack', {
    options: (url) => `{app_token_file: token.txt, app_url: "${url}/api/chat.postMessage", channel: c}`,
    files: { 'token.txt': 'xoxb-hunter2' },
    answer: () => json({ ok: true, ts: '1.2', channel: 'C1' }),
  })
  assert.deepEqual(await tell(), { ok: true })
  assert.equal(server.requests[0]?.path, '/api/chat.postMessage')
  assert.equal(server.requests[0]?.headers.authorization, 'Bearer xoxb-hunter2')
})

test('the message of an incident is changed, and a new incident gets a new one', async (t) => {
  let answer = json({ ok: true, ts: '1.2', channel: 'C1' })
  const { server, tell } = await toldIntegration(t, 'slack', {
    options: (url) =>
      `{app_token: xoxb-hunter2, app_url: "${url}/api/chat.postMessage", channel: c, update_message: true}`,
    answer: ({ path }) => (path.endsWith('chat.update') ? answer : json({ ok: true, ts: '1.2', channel: 'C1' })),
  })
  const receiverData = { threadTs: '1.2', channelId: 'C1' }
  assert.deepEqual(await tell(), { ok: true, receiverData })
  assert.deepEqual(await tell({ ...RESOLVED, reason: 'all alerts resolved', receiverData }), { ok: true, receiverData })
  await tell({ ...FIRING, receiverData })
  answer = json({ ok: false, error: 'message_not_found' })
  await tell({ ...FIRING, reason: 'new alerts added', receiverData })
  const seen = server.requests.map(({ path, body }) => {
    const { channel, ts } = JSON.parse(body)
    return [path, channel, ts]
  })
  assert.deepEqual(seen, [
    ['/api/chat.postMessage', 'c', undefined],
    ['/api/chat.update', 'C1', '1.2'],
    ['/api/chat.postMessage', 'c', undefined],
    ['/api/chat.update', 'C1', '1.2'],
    ['/api/chat.postMessage', 'c', undefined],
  ])
  assert.match(server.requests[1]!.body, /^\{"channel":"C1","ts":"1\.2","username":/)
})

test('failures are told apart, those that come with 200 too', (t) =>
  checkRetries(t, 'slack', { options }, [
    ...HTTP_RETRIES,
    [{ body: 'no_service' }, false, 'clientError', /Slack: no_service; the webhook was removed, make a new api_url$/],
    [json({ ok: false, error: 'channel_not_found' }), false, 'clientError', /channel_not_found; check channel/],
    [json({ ok: false, error: 'bad /services/T0/B0/hunter2' }), false, 'clientError', /Slack: bad/],
    [{ headers: { 'content-type': 'application/json' }, body: '<html>' }, true, 'clientError', /something else/],
  ]))

test('a token in an answer is not told', async (t) => {
  const { tell } = await toldIntegration(t, 'slack', {
    options: (url) => `{app_token: xoxb-hunter2, app_url: "${url}/api/chat.postMessage"}`,
    answer: ({ headers }) => ({ status: 403, body: `no: ${headers.authorization}` }),
  })
  const { message } = failed(await tell())
  assert.equal(message, 'slack_configs[0]: answered 403: "no: Bearer <redacted>"; check app_token')
})

test('what is nearer counts', () => {
  const secrets = (own: string, global: string) => {
    const { kind, options } = integrationConfig('slack', own, global)
    assert.ok(kind === 'slack')
    const { api_url, api_url_file, app_token, app_token_file } = options
    return [api_url, api_url_file, app_token, app_token_file]
  }
  const url = 'http://hooks.test/x'
  const both = '{slack_app_token: t, slack_api_url: "https://slack.com/api/chat.postMessage"}'
  assert.deepEqual(secrets('{}', `{slack_api_url: "${url}"}`), [url, undefined, undefined, undefined])
  assert.deepEqual(secrets('{}', '{slack_api_url_file: f}'), [undefined, 'f', undefined, undefined])
  assert.deepEqual(secrets('{}', '{slack_app_token: t}'), [undefined, undefined, 't', undefined])
  assert.deepEqual(secrets('{}', both), [undefined, undefined, 't', undefined])
  assert.deepEqual(secrets(`{api_url: "${url}"}`, '{slack_app_token: t}'), [url, undefined, undefined, undefined])
  assert.deepEqual(secrets('{api_url_file: f}', '{slack_app_token: t}'), [undefined, 'f', undefined, undefined])
  assert.deepEqual(secrets('{app_token_file: f}', '{slack_app_token: t}'), [undefined, undefined, undefined, 'f'])
  assert.equal(secrets('{http_config: {authorization: {credentials: c}}}', both)[2], undefined)
})

test('a configuration that cannot work is refused', () => {
  const rows: [options: string, global: string, message: string][] = [
    ['{}', '{}', '4:3 no Slack API URL nor App token set either inline or in a file'],
    ['{api_url: "http://x", api_url_file: f}', '{}', '4:25 at most one of api_url & api_url_file must be configured'],
    ['{app_token: x, app_token_file: f}', '{}', '4:18 at most one of app_token & app_token_file must be configured'],
    [
      '{api_url: "http://x", app_token: f}',
      '{}',
      '4:25 at most one of api_url/api_url_file & app_token/app_token_file must be configured',
    ],
    [
      '{api_url: "http://x", update_message: true}',
      '{}',
      '4:25 update_message can only be used with bot tokens. api_url must be set to https://slack.com/api/chat.postMessage, or app_token',
    ],
    [
      '{app_token: x, http_config: {authorization: {credentials: c}}}',
      '{}',
      "4:4 http authorization can't be set when using Slack App tokens",
    ],
    [
      '{}',
      '{slack_app_token: t, slack_api_url: "http://x"}',
      '1:30 at most one of slack_app_token/slack_app_token_file & slack_api_url/slack_api_url_file must be configured',
    ],
    ['{api_url: x}', '{}', '4:13 api_url must be an http:// or https:// URL with a host'],
    [
      '{api_url: "http://x", timeout: 1d}',
      '{}',
      '4:34 "1d" is not a Go duration; write for example 10s, 1.5s or 2m30s',
    ],
    ['{api_url: "http://x", fields: [{value: v}]}', '{}', '4:34 missing title in Slack field configuration'],
    ['{api_url: "http://x", fields: [{title: v}]}', '{}', '4:34 missing value in Slack field configuration'],
    [
      '{api_url: "http://x", actions: [{type: button, text: t}]}',
      '{}',
      '4:35 missing name or url in Slack action configuration',
    ],
    ['{api_url: "http://x", actions: [{name: n, text: t}]}', '{}', '4:35 missing type in Slack action configuration'],
    ['{api_url: "http://x", actions: [{name: n, type: t}]}', '{}', '4:35 missing text in Slack action configuration'],
    [
      '{api_url: "http://x", actions: [{name: n, type: t, text: t, confirm: {title: t}}]}',
      '{}',
      '4:63 missing text in Slack confirmation configuration',
    ],
  ]
  for (const [own, global, message] of rows) assert.deepEqual(configErrors('slack', own, global), [message], own)
  const printed = '{api_url: <secret>, update_message: true}'
  assert.deepEqual(configErrors('slack', printed), [])
})

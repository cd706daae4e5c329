import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer, CapturedRequest } from '../support/capture-server.ts'
import { ALERTMANAGER, missing } from '../support/upstream.ts'
import { type Both, startBoth } from './both.ts'

const ARN = 'arn:aws:sns:eu-west-1:123456789012:t'

/**
 * Each kind with its defaults, and with all that can be said. The original ends on a text that is too long for Webex unless it is
 * ASCII, and does not cut titles for Discord.
 */
const yamlFor = (url: string) => `
route:
  receiver: all
  group_by: [alertname]
  group_wait: 1s
  group_interval: 1s
receivers:
  - name: all
    discord_configs:
      - {webhook_url: "${url}/discord/defaults"}
      - {webhook_url: "${url}/discord/more", title: "${'ü'.repeat(200)}", message: "<{{ .Status }}>"}
    webex_configs:
      - {api_url: "${url}/webex", room_id: R, http_config: {authorization: {credentials: T}}}
      - {api_url: "${url}/webex/long", room_id: R, message: ${'x'.repeat(7_500)}, http_config: {authorization: {credentials: T}}}
    telegram_configs:
      - {api_url: "${url}/telegram", bot_token: "1:defaults", chat_id: -100}
      - {api_url: "${url}/telegram", bot_token: "1:long", chat_id: 7, disable_notifications: true, parse_mode: "", message: "${'ü'.repeat(4100)}"}
      - {api_url: "${url}/telegram", bot_token: "1:html", chat_id: 7, message: '<b>{{ .CommonLabels.q }}</b>'}
      - {api_url: "${url}/telegram", bot_token: "1:md", chat_id: 7, parse_mode: MarkdownV2, message: '*{{ .CommonLabels.q }}*'}
    wechat_configs:
      - {api_url: "${url}/wechat/", api_secret: s, corp_id: c, to_user: u, agent_id: "7", send_resolved: true}
      - {api_url: "${url}/wechat2", api_secret: "a b", corp_id: c, to_party: p, to_tag: t, message: '<{{ .Status }}>', message_type: markdown, send_resolved: true}
    sns_configs:
      - {api_url: "${url}", sigv4: {region: eu-west-1, access_key: AK, secret_key: s}, topic_arn: "${ARN}"}
      - {api_url: "${url}", sigv4: {region: eu-west-1, access_key: AK, secret_key: s}, topic_arn: "${ARN}.fifo", subject: "S ~*' {{ .Status }}", message: M, attributes: {a: "{{ .Status }}"}}
      - {api_url: "${url}", sigv4: {region: eu-west-1, access_key: AK, secret_key: s}, phone_number: "+49", message: "${'x'.repeat(1700)}"}
`

function answer({ path }: CapturedRequest): Answer {
  if (path.includes('gettoken')) return { body: '{"errcode":0,"access_token":"token"}' }
  if (path.includes('wechat')) return { body: '{"errcode":0}' }
  if (path.includes('telegram')) return { body: '{"ok":true,"result":{"message_id":1,"chat":{"id":7}}}' }
  if (path !== '/') return {}
  return { body: '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>' }
}

/** Of SNS the fields in any order; the signature is checked by the vectors of AWS. */
function shown({ method, path, headers, body }: CapturedRequest): string {
  const { 'content-type': type, authorization = '' } = headers
  if (path !== '/')
    return `${method} ${path} ${type} ${authorization} ${body.replace(/http:\/\/[^/]*\/#/, 'http://router/#')}`
  const fields = body
    .split('&')
    .filter((field) => field !== 'MessageAttributes=')
    .map(decodeForm)
  return `${method} ${path} ${type} ${authorization.replace(/\/\d{8}\/.*/, '')} ${fields.sort().join('&')}`
}

const decodeForm = (field: string): string => decodeURIComponent(field.replaceAll('+', ' '))

const told = ({ hook }: Both['ours']) => hook.requests.map(shown).sort()
const REQUESTS = 13 + 2

test('chat services and SNS are told as the original tells them', missing(ALERTMANAGER, 'alertmanager'), async (t) => {
  const both = await startBoth(t, yamlFor, answer)
  const labels = { alertname: 'A', severity: 'page', q: '<a&b>"c"' }
  const annotations = { summary: 'Fülle <x>' }
  const alert = { labels, annotations, generatorURL: 'http://p/g?a=1&b=2' }
  const endsAt = new Date(Date.now() + 3_600_000).toISOString()
  for (const response of await both.post('/api/v2/alerts', [{ ...alert, endsAt }])) assert.equal(response.status, 200)
  for (const { hook } of [both.theirs, both.ours]) await hook.received(REQUESTS)
  assert.deepEqual(told(both.ours), told(both.theirs))

  for (const response of await both.post('/api/v2/alerts', [{ ...alert, endsAt: new Date().toISOString() }])) {
    assert.equal(response.status, 200)
  }
  for (const { hook } of [both.theirs, both.ours]) await hook.received(REQUESTS + 13)
  assert.deepEqual(told(both.ours), told(both.theirs))
})

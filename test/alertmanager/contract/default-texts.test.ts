import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALERTMANAGER, missing } from '../support/upstream.ts'
import { type Both, startBoth, without } from './both.ts'

const yamlFor = (url: string) => `
global:
  pagerduty_url: ${url}/pagerduty
  opsgenie_api_url: ${url}/opsgenie/
  opsgenie_api_key: k
  victorops_api_url: ${url}/victorops/
  victorops_api_key: k
  telegram_api_url: ${url}/telegram
route:
  receiver: all
  group_by: [alertname]
  group_wait: 1s
  group_interval: 1s
receivers:
  - name: all
    slack_configs: [{api_url: "${url}/slack", channel: "#alerts", send_resolved: true}]
    pagerduty_configs:
      - routing_key: k
        details: {own: '{{ .CommonLabels.job | toUpper }}'}
    opsgenie_configs: [{tags: 'a,{{ .Status }}', priority: P2}]
    victorops_configs: [{routing_key: team}]
    discord_configs: [{webhook_url: "${url}/discord"}]
    telegram_configs: [{bot_token: '1:a', chat_id: 7, parse_mode: ''}]
    webex_configs:
      - api_url: ${url}/webex
        room_id: r
        http_config: {authorization: {credentials: c}}
`

const SENDERS = 7

const settle = (text: string) => text.replace(/http:\/\/[^/"\s]+:\d+(?=\/#\/alerts)/g, 'ROUTER')

/** What PagerDuty is told of the alerts is a text in the release that Debian has, and JSON now. */
const CHANGED = new Set(['firing', 'resolved', 'num_firing', 'num_resolved'])

/** What was told, by who would have been told. */
function told({ hook }: Both['ours']): Record<string, unknown> {
  const bodies = hook.requests.map(({ path, body }) => {
    const [, kind] = path.split('/')
    return [`${kind} ${path}`, without(JSON.parse(settle(body)), CHANGED)] as const
  })
  return Object.fromEntries(bodies)
}

test(
  'receivers are told what the original tells them, by its default templates',
  missing(ALERTMANAGER, 'alertmanager'),
  async (t) => {
    const both = await startBoth(t, yamlFor, () => ({ body: 'ok' }))
    const far = new Date(Date.now() + 3_600_000).toISOString()
    // Had they begun earlier, the first one alone might be told.
    const startsAt = new Date(Date.now() + 2_000).toISOString()
    const alert = (labels: object, annotations: object) => ({
      labels,
      annotations,
      startsAt,
      endsAt: far,
      generatorURL: 'http://p/g?a=1&b=2',
    })
    const alerts = [
      alert({ alertname: 'A', job: 'j', n: '1', severity: 'page' }, { summary: '<b>&"é', text: 'two\nlines' }),
      alert({ alertname: 'A', job: 'j', n: '2', severity: 'page' }, { summary: '<b>&"é' }),
    ]
    await both.post('/api/v2/alerts', alerts)
    await Promise.all([both.ours.hook.received(SENDERS), both.theirs.hook.received(SENDERS)])
    assert.deepEqual(told(both.ours), told(both.theirs))
  },
)

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ALERTMANAGER, missing } from '../support/upstream.ts'
import { type Both, startBoth, without } from './both.ts'

const yamlFor = (url: string) => `
route:
  receiver: all
  group_by: [alertname, cluster]
  group_wait: 1s
  group_interval: 1s
  repeat_interval: 1h
  routes:
    - matchers: ['severity=~"page|wake"', 'env!="dev"', 'q="a\\"b"']
      receiver: team.X+1
      continue: true
    - match: {severity: page}
      match_re: {env: "p|s"}
      receiver: each
      group_by: ['...']
    - matchers: [quiet="yes"]
      receiver: firing only
receivers:
  - name: all
    webhook_configs: [{url: "${url}/all"}]
  - name: team.X+1
    webhook_configs: [{url: "${url}/team", max_alerts: 1}]
  - name: each
    webhook_configs: [{url: "${url}/each"}]
  - name: firing only
    webhook_configs: [{url: "${url}/firing", send_resolved: false}]
`

/** Added after the release that Debian has; and what names the host. */
const LATER = new Set(['notification_reason', 'routeLabels', 'externalURL'])

/**
 * Alerts begin this long after they are sent. Had they begun earlier than a group waits, both would flush a group with its
 * first alert, and which others are in it by then is a race.
 */
const BEGINS_AFTER_MS = 2_000
const HOUR_MS = 3_600_000

/** Ends in nanoseconds, and in another zone than that of the notifications. */
const momentOf = (epochMs: number) => new Date(epochMs + 2 * HOUR_MS).toISOString().replace('Z', '678901+02:00')

/** The alerts that are sent first, and those that are sent when some of them have ended. */
function alertsAt(sentAtMs: number) {
  const startsAt = momentOf(sentAtMs + BEGINS_AFTER_MS)
  const far = new Date(sentAtMs + HOUR_MS).toISOString()
  const alert = (labels: object, more: object = {}) => ({ labels, startsAt, endsAt: far, ...more })
  const first = [
    alert({ alertname: 'A', n: '2', job: 'b' }, { annotations: { summary: '<b>&"\u2028\n\t\\é𝄞', empty: '' } }),
    alert(
      { alertname: 'A', n: '1', job: 'b' },
      { annotations: { summary: 'other' }, generatorURL: 'http://p/g?a=1&b=2' },
    ),
    alert({ alertname: 'A', n: '3', instance: 'i' }),
    alert({ alertname: 'A', cluster: 'c "1"', n: '3', dropped: '' }),
    alert({ alertname: 'P', severity: 'page', env: 'p', q: 'a"b', n: '1' }),
    alert({ alertname: 'P', severity: 'page', env: 'p', q: 'a"b', n: '2' }),
    alert({ alertname: 'Q', quiet: 'yes', n: '1' }),
    alert({ alertname: 'Q', quiet: 'yes', n: '2' }),
    alert({ severity: 'wake', q: 'a"b' }),
  ]
  const endsAt = momentOf(sentAtMs + BEGINS_AFTER_MS + 1)
  return { first, resolved: [0, 4, 6].map((index) => ({ ...first[index]!, endsAt })) }
}

/** Each notification as its text, without what may differ; sorted, as groups flush side by side. */
function told({ hook }: Both['ours']): string[] {
  const texts = hook.requests.map(({ path, body, method, headers }) => {
    const shown = JSON.stringify(without(JSON.parse(body), LATER))
    return `${method} ${path} ${headers['content-type']} ${shown}`
  })
  return texts.sort()
}

test(
  'the same alerts are told as the original tells them, key for key',
  missing(ALERTMANAGER, 'alertmanager'),
  async (t) => {
    const both = await startBoth(t, yamlFor)
    const sentAtMs = Date.now()
    const { first, resolved } = alertsAt(sentAtMs)
    for (const response of await both.post('/api/v2/alerts', first)) assert.equal(response.status, 200)
    for (const { hook } of [both.theirs, both.ours]) await hook.received(7)
    assert.deepEqual(told(both.ours), told(both.theirs))

    await sleep(sentAtMs + BEGINS_AFTER_MS + 10 - Date.now())
    for (const response of await both.post('/api/v2/alerts', resolved)) assert.equal(response.status, 200)
    for (const { hook } of [both.theirs, both.ours]) await hook.received(10)
    // What is too much has come by then too.
    await sleep(1_100)
    assert.deepEqual(told(both.ours), told(both.theirs))
  },
)

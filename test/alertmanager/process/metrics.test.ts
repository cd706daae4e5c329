import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { captureServer } from '../support/capture-server.ts'
import { startRouter } from '../support/router-process.ts'

const yaml = (url: string, name = 'team') => `
route: {receiver: ${name}, group_by: [alertname], group_wait: 0s}
receivers: [{name: ${name}, webhook_configs: [{url: "${url}"}]}]
`

/** What the alerts of the stock mixin ask for, but for those of clusters, which are there with a cluster only. */
const MIXIN = [
  'alertmanager_config_last_reload_successful',
  'alertmanager_config_last_reload_success_timestamp_seconds',
  'alertmanager_config_hash',
  'alertmanager_notifications_total{integration="webhook"}',
  'alertmanager_notifications_failed_total{integration="webhook",reason="serverError"}',
  'process_start_time_seconds',
]

/** Others of upstream's that are there from the start, of the process, HTTP, the configuration and the dispatcher. */
const FROM_START = [
  'alertmanager_alerts{state="active"}',
  'alertmanager_alerts{state="suppressed"}',
  'alertmanager_alerts_received_total{status="firing",version="v2"}',
  'alertmanager_alerts_invalid_total{version="v2"}',
  'alertmanager_alerts_limited_total',
  'alertmanager_alerts_per_alert_limit',
  'alertmanager_alerts_bytes',
  'alertmanager_alerts_bytes_limit',
  'alertmanager_alerts_subscriber_channel_writes_total{subscriber="dispatcher"}',
  'alertmanager_dispatcher_aggregation_groups',
  'alertmanager_dispatcher_alert_processing_duration_seconds_count',
  'alertmanager_dispatcher_alert_processing_duration_seconds_sum',
  'alertmanager_dispatcher_aggregation_group_limit_reached_total',
  'alertmanager_dispatcher_aggregation_group_creation_retries_total',
  'alertmanager_dispatcher_aggregation_group_creation_given_up_total',
  'alertmanager_http_requests_in_flight{method="get"}',
  'alertmanager_http_concurrency_limit_exceeded_total{method="get"}',
  'alertmanager_cluster_enabled',
  'alertmanager_receivers',
  'alertmanager_integrations',
  'alertmanager_inhibition_rules',
  'alertmanager_alerts_subscriber_channel_writes_total{subscriber="inhibitor"}',
  'alertmanager_notification_requests_total{integration="email"}',
  'alertmanager_notification_requests_failed_total{integration="email"}',
  'alertmanager_notifications_suppressed_total{reason="silence"}',
  'alertmanager_notifications_suppressed_total{reason="active_time_interval"}',
]

const seriesOf = (text: string) =>
  new Set(text.split('\n').flatMap((line) => (line.startsWith('#') || line === '' ? [] : [line.replace(/ \S+$/, '')])))

test('dashboards and alerts for Alertmanager find their series', async (t) => {
  const hook = await captureServer(t)
  const router = await startRouter(t, temporaryDirectory(t), yaml(hook.url), ['--alerts.per-alertname-limit=2'])
  const series = seriesOf(await (await router.get('/metrics')).text())
  assert.deepEqual(
    [...MIXIN, ...FROM_START].filter((name) => !series.has(name)),
    [],
  )
  const build = [...series].find((name) => name.startsWith('alertmanager_build_info{'))
  assert.match(build ?? '', /version="0\.34\.0",revision="[^"]+",branch="[^"]*",goversion="[^"]+"/)

  await router.push(['1', '2', '3'].map((n) => ({ alertname: 'A', n })))
  await router.push([{ alertname: 'B' }])
  assert.equal(await router.metric('alertmanager_alerts_per_alert_limit'), 2)
  assert.equal(await router.metric('alertmanager_alerts_limited_total'), 1)
  assert.equal(await router.metric('alertmanager_alerts{state="active"}'), 3)
  assert.equal(await router.metric('alertmanager_alerts_subscriber_channel_writes_total{subscriber="dispatcher"}'), 3)
  await router.get('/api/v2/silence/9f0c6c5e-0000-4000-8000-000000000000')
  const handled = '{handler="/api/v2/silence/{silenceID}",method="get",code="404"}'
  assert.equal(await router.metric(`alertmanager_http_request_duration_seconds_count${handled}`), 1)
  assert.equal(
    await router.metric('alertmanager_http_response_size_bytes_count{handler="/api/v2/alerts",method="post"}'),
    2,
  )
})

test('features add labels, and a reload forgets receivers that are gone', async (t) => {
  const directory = temporaryDirectory(t)
  const hook = await captureServer(t)
  const features = '--enable-feature=receiver-name-in-metrics,alert-names-in-metrics,group-key-in-metrics'
  const router = await startRouter(t, directory, yaml(hook.url), [features, '--alerts.per-alertname-limit=1'])
  await router.push(['1', '2'].map((n) => ({ alertname: 'A', n })))
  await router.reached('alertmanager_notifications_total{integration="webhook",receiver_name="team"}', 1)
  assert.equal(await router.metric('alertmanager_alerts_limited_total{alertname="A"}'), 1)
  const byGroup = 'alertmanager_alerts{group_key="{}:{alertname=\\"A\\"}",state="active"}'
  assert.equal(await router.metric(byGroup), 1)

  writeFileSync(join(directory, 'alertmanager.yml'), yaml(hook.url, 'other'))
  assert.equal((await router.post('/-/reload')).status, 200)
  const series = [...seriesOf(await (await router.get('/metrics')).text())]
  const names = series.flatMap(
    (name) => /alertmanager_notifications_total\{.*receiver_name="(\w+)"/.exec(name)?.[1] ?? [],
  )
  assert.deepEqual(names, ['other'])
})

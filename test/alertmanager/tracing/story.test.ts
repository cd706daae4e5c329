import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { captureServer } from '../support/capture-server.ts'
import { selfSigned } from '../support/self-signed.ts'
import { traceCollectorOverGrpc, traceCollectorOverHttp } from '../support/trace-collector.ts'
import { startTraced, traceWith, treeOf } from '../support/traced-router.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

test('from the alert of a request to a notification with two attempts, over HTTP', async (t) => {
  const collector = await traceCollectorOverHttp(t)
  const hook = await captureServer(t, () => ({ status: hook.requests.length === 1 ? 503 : 200 }))
  const { push, stop, router } = await startTraced(
    t,
    `${hook.url}/token-of-the-team`,
    `{client_type: http, endpoint: "${collector.endpoint}", insecure: true, sampling_fraction: 1, compression: gzip,
      headers: {X-Tenant: hunter2, X-More: {values: [a], secrets: [b]}}}`,
  )
  await push('Disk', { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=x' })
  await hook.received(2)
  const { config } = (await (await router.get('/api/v2/status')).json()) as { config: { original: string } }
  assert.doesNotMatch(config.original, /hunter2/)
  await stop()

  for (const { path, headers } of collector.requests) {
    assert.deepEqual(
      [path, headers['content-type'], headers['content-encoding'], headers['x-tenant'], headers['x-more']],
      ['/v1/traces', 'application/x-protobuf', 'gzip', 'hunter2', 'a, b'],
    )
  }
  assert.equal(collector.requests[0]!.resource['service.name'], 'alertmanager')

  const received = traceWith(collector, 'POST /api/v2/alerts')
  assert.deepEqual(treeOf(received, SPAN), [
    'POST /api/v2/alerts',
    '  api.postAlertsHandler',
    '    provider.mem.Put',
    '      dispatch.Dispatcher.routeAlert',
  ])
  assert.ok(received.every(({ traceId, traceState }) => traceId === TRACE && traceState === 'vendor=x'))
  const groupKey = '{}:{alertname="Disk"}'
  const routing = received.find(({ name }) => name === 'dispatch.Dispatcher.routeAlert')!
  assert.equal(routing.attributes['alerting.alert.name'], 'Disk')
  assert.deepEqual(routing.events[0]?.attributes, {
    'alerting.route.receiver.name': 'team',
    'alerting.aggregation_group.key': groupKey,
  })
  const request = received.find(({ name }) => name === 'POST /api/v2/alerts')!
  assert.deepEqual([request.kind, request.attributes['http.response.status_code'], request.status], [2, 200, undefined])

  const told = traceWith(collector, 'dispatch.AggregationGroup.flush')
  assert.deepEqual(treeOf(told), [
    'dispatch.AggregationGroup.flush',
    '  notify.RoutingStage.Exec',
    '    notify.MuteStage.Exec',
    '    notify.DedupStage.Exec',
    '    notify.RetryStage.Exec',
    '      notify.Integration.Notify',
    '        webhook/HTTP POST',
    '      notify.Integration.Notify',
    '        webhook/HTTP POST',
    '    notify.SetNotifiesStage.Exec',
  ])
  const named = (name: string) => told.filter((span) => span.name === name).sort((a, b) => Number(a.start - b.start))
  const [flush] = named('dispatch.AggregationGroup.flush')
  assert.deepEqual(flush!.attributes, { 'alerting.aggregation_group.key': groupKey, 'alerting.alerts.count': 1 })
  assert.equal(flush!.status, undefined)
  const [failed, succeeded] = named('notify.Integration.Notify')
  assert.match(failed!.status?.message ?? '', /answered 503/)
  assert.deepEqual(
    [failed, succeeded].map((span) => span?.attributes['alerting.notify.error.recoverable']),
    [true, false],
  )
  assert.equal(succeeded!.status, undefined)
  // The path of the webhook may be a key; its spans are what the webhook is told to be part of.
  const sent = named('webhook/HTTP POST')
  assert.deepEqual(
    hook.requests.map(({ headers }) => headers.traceparent),
    sent.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`),
  )
  assert.ok(told.every(({ start, end }) => start <= end && start >= flush!.start && end <= flush!.end))
  const texts = JSON.stringify(collector.spans, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))
  assert.doesNotMatch(texts, /token-of-the-team|hunter2/)
})

test('a notification that fails for good, over gRPC with TLS', async (t) => {
  const certificate = selfSigned(temporaryDirectory(t))
  if (certificate === undefined) return t.skip('there is no openssl')
  const collector = await traceCollectorOverGrpc(t, () => ({}), certificate)
  const hook = await captureServer(t, () => ({ status: 400, body: 'no' }))
  const { push, stop, router } = await startTraced(
    t,
    hook.url,
    `{endpoint: "${collector.endpoint}", sampling_fraction: 1, compression: gzip, headers: {Authorization: Bearer hunter2},
      tls_config: {ca_file: "${certificate.certFile}"}, timeout: 20s}`,
  )
  await push('Disk')
  await router.child.printed(/notification failed/)
  await stop()
  const { headers, resource } = collector.requests[0]!
  assert.equal(headers.authorization, 'Bearer hunter2')
  assert.equal(resource['service.name'], 'alertmanager')
  const told = traceWith(collector, 'dispatch.AggregationGroup.flush')
  const failures = told
    .filter(({ status }) => status?.code === 2)
    .map(({ name, status }) => `${name}: ${status!.message}`)
  assert.deepEqual(failures.length, 4)
  assert.ok(failures.includes('dispatch.AggregationGroup.flush: notification failed'))
  assert.ok(failures.includes('webhook/HTTP POST: status 400'))
  assert.ok(failures.some((line) => line.startsWith('notify.RetryStage.Exec: webhook_configs[0]: answered 400')))
  assert.ok(!told.some(({ name }) => name === 'notify.SetNotifiesStage.Exec'))
})

test('who begins a trace decides whether it is kept', async (t) => {
  const collector = await traceCollectorOverHttp(t)
  const hook = await captureServer(t)
  const section = (fraction: number) =>
    `{client_type: http, endpoint: "${collector.endpoint}", insecure: true, sampling_fraction: ${fraction}}`
  const { push, reload, stop } = await startTraced(t, hook.url, section(0))
  await push('Unsampled')
  await push('Sampled', { traceparent: `00-${TRACE}-${SPAN}-01` })
  await hook.received(2)
  // Told to the receiver all the same, so that it need not decide anew.
  for (const { headers } of hook.requests)
    assert.match(headers.traceparent as string, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  await reload(section(1))
  await push('NotKept', { traceparent: `00-${'a'.repeat(32)}-${SPAN}-00` })
  await push('Kept')
  await hook.received(4)
  await stop()
  const routed = collector.spans.filter(({ name }) => name === 'dispatch.Dispatcher.routeAlert')
  assert.deepEqual(
    routed.map(({ attributes }) => attributes['alerting.alert.name']),
    ['Sampled', 'Kept'],
  )
  assert.deepEqual(
    collector.spans
      .filter(({ name }) => name === 'dispatch.AggregationGroup.flush')
      .map(({ attributes }) => attributes['alerting.aggregation_group.key']),
    ['{}:{alertname="NotKept"}', '{}:{alertname="Kept"}'],
  )
})

test('a reload switches traces on, sends them elsewhere, and off', async (t) => {
  const [first, second] = [await traceCollectorOverHttp(t), await traceCollectorOverGrpc(t)]
  const hook = await captureServer(t)
  const { push, reload, stop, router } = await startTraced(t, hook.url)
  await push('Before')
  await hook.received(1)
  await reload(`{client_type: http, endpoint: "${first.endpoint}", insecure: true, sampling_fraction: 1}`)
  await push('First')
  await hook.received(2)
  await reload(`{endpoint: "${second.endpoint}", insecure: true, sampling_fraction: 1}`)
  await push('Second')
  await hook.received(3)
  await reload()
  await push('After')
  await hook.received(4)
  // A section whose files are not there is refused, and nothing changes.
  await assert.rejects(
    reload(`{endpoint: "${first.endpoint}", sampling_fraction: 1, tls_config: {ca_file: /not/there.pem}}`),
  )
  assert.match(router.child.stderr, /ENOENT/)
  await stop()
  const alerts = ({ spans }: typeof first) =>
    spans.flatMap(({ name, attributes }) =>
      name === 'dispatch.Dispatcher.routeAlert' ? [attributes['alerting.alert.name']] : [],
    )
  assert.deepEqual([alerts(first), alerts(second)], [['First'], ['Second']])
  assert.deepEqual(
    hook.requests.map(({ headers }) => headers.traceparent !== undefined),
    [false, true, true, false],
  )
})

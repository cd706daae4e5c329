import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { type CapturedRequest, captureServer } from '../support/capture-server.ts'
import { startRouter } from '../support/router-process.ts'

const PATH = '/api/vedette/v1/receivers/test'

interface Attempt {
  readonly ok?: boolean
  readonly error?: string
  readonly reason?: string
  readonly retryable?: boolean
  readonly retryAfterMs?: number
  readonly note?: string
}

interface Answer {
  /** Of a refusal, and only of that. */
  readonly message?: string
  readonly ok: boolean
  readonly receiver: string
  readonly test: string
  readonly integrations: readonly (Attempt & { readonly name: string; readonly resolved?: Attempt })[]
}

async function routerWith(
  t: TestContext,
  answer?: (request: CapturedRequest) => object,
  flags: readonly string[] = [],
) {
  const server = await captureServer(t, answer)
  const at = (path: string) => `url: ${server.url}/${path}`
  const yaml = `
route: {receiver: used, group_wait: 1h}
receivers:
  - name: used
    webhook_configs: [{${at('one')}}, {${at('two')}, send_resolved: false}]
  - name: unused
    pagerduty_configs: [{routing_key: hunter2, ${at('pager')}}]
    slack_configs: [{api_${at('slack')}, title: '{{ template "slack.default.title" . }}'}]
  - name: nobody
  - name: broken
    webhook_configs: [{${at('x')}}, {url: 'http://127.0.0.1:9/hunter2'}]
    email_configs: [{to: 'x@example.com', from: a@example.com, smarthost: '127.0.0.1:9'}]
    discord_configs: [{webhook_${at('discord')}, title: '{{ .Nope }}'}]
`
  const router = await startRouter(t, temporaryDirectory(t), yaml, flags)
  const ask = async (body: unknown) => {
    const response = await router.post(PATH, body)
    return { status: response.status, answer: (await response.json()) as Answer, headers: response.headers }
  }
  return { server, router, ask }
}

const bodyOf = (request: CapturedRequest | undefined) => JSON.parse(request?.body ?? '{}') as WebhookBody

interface WebhookBody {
  readonly status: string
  readonly groupKey: string
  readonly routeLabels: Readonly<Record<string, string>>
  readonly alerts: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }[]
}

test('every integration of a receiver is told once, marked as a test, and nothing else changes', async (t) => {
  const { server, router, ask } = await routerWith(t)
  const { status, answer } = await ask({ receiver: 'used' })
  assert.deepEqual([status, answer.ok, answer.receiver], [200, true, 'used'])
  assert.deepEqual(
    answer.integrations.map(({ name, ok }) => [name, ok]),
    [
      ['webhook_configs[0]', true],
      ['webhook_configs[1]', true],
    ],
  )
  assert.deepEqual(server.requests.map(({ path }) => path).sort(), ['/one', '/two'])
  const told = bodyOf(server.requests[0])
  assert.equal(told.groupKey, `{}/{vedette_test="${answer.test}"}:{alertname="TestNotification"}`)
  assert.deepEqual(told.alerts[0]?.labels, {
    alertname: 'TestNotification',
    severity: 'info',
    vedette_test: answer.test,
  })
  assert.match(told.alerts[0]?.annotations.vedette_test ?? '', /test of the receiver "used": nothing is wrong/)
  assert.deepEqual(told.routeLabels, { vedette_test: answer.test })
  assert.deepEqual(await (await router.get('/api/v2/alerts')).json(), [])
  assert.equal(await router.metric('alertmanager_notifications_total{integration="webhook"}'), 0)
  assert.equal(await router.metric('alertmanager_test_notifications_total{integration="webhook"}'), 2)
  const again = await ask({ receiver: 'used', integration: 'webhook', index: 0 })
  assert.notEqual(again.answer.test, answer.test)
  assert.equal(server.requests.length, 3)
})

test('a test can be about a given alert, and end, where ends are told', async (t) => {
  const { server, ask } = await routerWith(t)
  const alert = { labels: { alertname: 'Disk', node: 'a' }, annotations: { summary: 'full' } }
  const { answer } = await ask({ receiver: 'used', alert, resolved: true })
  assert.equal(answer.ok, true)
  assert.deepEqual(
    answer.integrations.map(({ resolved }) => resolved?.ok ?? resolved?.note),
    [true, 'not sent: send_resolved is false'],
  )
  const one = server.requests.filter(({ path }) => path === '/one').map(bodyOf)
  assert.deepEqual(
    one.map(({ status }) => status),
    ['firing', 'resolved'],
  )
  assert.equal(one[0]?.groupKey, one[1]?.groupKey)
  assert.deepEqual(one[1]?.alerts[0]?.labels, { alertname: 'Disk', node: 'a', vedette_test: answer.test })
  assert.equal(one[0]?.alerts[0]?.annotations.summary, 'full')
})

test('a receiver that no route uses can be tested; the identity of its incidents is the test, not the group', async (t) => {
  const { server, ask } = await routerWith(t, ({ path }) => ({
    body: path === '/slack' ? 'ok' : '',
    status: path === '/pager' ? 202 : 200,
  }))
  const { answer } = await ask({ receiver: 'unused', resolved: true })
  assert.equal(answer.ok, true, JSON.stringify(answer))
  const events = server.requests
    .filter(({ path }) => path === '/pager')
    .map(({ body }) => JSON.parse(body) as { event_action: string; dedup_key: string })
  assert.deepEqual(
    events.map(({ event_action }) => event_action),
    ['trigger', 'resolve'],
  )
  assert.equal(new Set(events.map(({ dedup_key }) => dedup_key)).size, 1)
  assert.match(server.requests.find(({ path }) => path === '/slack')?.body ?? '', /\[FIRING:1\] TestNotification/)
})

test('what goes wrong is said for each integration: what to mend, and whether it may pass', async (t) => {
  const { router, ask } = await routerWith(t, () => ({ status: 429, headers: { 'retry-after': '7' } }))
  const { status, answer } = await ask({ receiver: 'broken', resolved: true })
  assert.deepEqual([status, answer.ok], [200, false])
  const of = (name: string) => answer.integrations.find((each) => each.name === name)
  const { reason, retryable, retryAfterMs, error, resolved } = of('webhook_configs[0]') ?? {}
  assert.deepEqual([reason, retryable, retryAfterMs], ['rateLimited', true, 7_000])
  assert.match(error ?? '', /answered 429/)
  assert.deepEqual(resolved, { note: 'not sent: the first one failed' })
  assert.match(of('webhook_configs[1]')?.error ?? '', /nothing listens there, check host and port/)
  assert.equal(of('email_configs[0]')?.retryable, true)
  assert.match(of('discord_configs[0]')?.error ?? '', /can't evaluate field Nope/)
  assert.equal(of('discord_configs[0]')?.retryable, false)
  assert.doesNotMatch(JSON.stringify(answer), /hunter2/)
  const failed = 'alertmanager_test_notifications_failed_total{integration="webhook",reason="rateLimited"}'
  assert.equal(await router.metric(failed), 1)
  assert.match(router.child.stderr, /a test notification failed/)
})

test('only so many tests at a time, and a minute', async (t) => {
  const { ask } = await routerWith(t)
  const answers = []
  for (let n = 0; n < 22; n++) answers.push(await ask({ receiver: 'used', integration: 'webhook', index: 1 }))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [...Array<number>(20).fill(200), 429, 429],
  )
  assert.match(answers[21]?.headers.get('retry-after') ?? '', /^\d+$/)
})

test('a request that makes no sense is refused with the reason', async (t) => {
  const { server, router, ask } = await routerWith(t)
  const refused = async (body: unknown) => {
    const { status, answer } = await ask(body)
    return [status, answer.message ?? answer]
  }
  assert.deepEqual(await refused({ receiver: 'usd' }), [404, 'there is no receiver "usd"; did you mean "used"?'])
  assert.deepEqual(await refused({ receiver: 'nobody' }), [400, 'nothing to test: the receiver has no integrations'])
  assert.deepEqual(await refused({ receiver: 'used', integration: 'slack' }), [
    400,
    'nothing to test: the receiver has only webhook_configs[0], webhook_configs[1]',
  ])
  assert.deepEqual(await refused({}), [422, 'receiver in body is required'])
  assert.deepEqual(await refused({ receiver: 'used', index: 0 }), [422, 'integration in body is required'])
  assert.deepEqual(await refused({ receiver: 'used', alert: {} }), [422, 'alert.labels in body is required'])
  assert.deepEqual(await refused({ receiver: 'used', alert: { labels: { '': 'x' } } }), [
    400,
    'invalid label or annotation name ""',
  ])
  assert.deepEqual(await refused({ receiver: 'a', definition: 'b' }), [
    422,
    'receiver and definition in body exclude each other',
  ])
  for (const body of [
    [],
    7,
    'x',
    null,
    { receiver: 7 },
    { receiver: 'used', integration: 'webhook', index: -1 },
    { receiver: 'used', resolved: 'yes' },
  ]) {
    assert.equal((await refused(body))[0], 400, JSON.stringify(body))
  }
  const long = await ask({ receiver: 'used', alert: { labels: { a: 'x'.repeat(300_000) } } })
  assert.equal(long.status, 413)
  assert.equal((await fetch(router.url + PATH)).status, 405)
  assert.equal((await ask({ definition: `name: a\nwebhook_configs: [{url: ${server.url}}]` })).status, 403)
  assert.equal(server.requests.length, 0)
})

test('where it is permitted, a receiver that is not in force is tested, checked as the file would be', async (t) => {
  const { server, ask } = await routerWith(t, undefined, ['--set=receivers.test_drafts=true'])
  const { status, answer } = await ask({ definition: `name: new\nwebhook_configs: [{url: ${server.url}/new}]` })
  assert.deepEqual([status, answer.ok, server.requests.map(({ path }) => path)], [200, true, ['/new']])
  assert.equal(
    (await ask({ definition: JSON.stringify({ name: 'n', webhook_configs: [{ url: `${server.url}/json` }] }) })).answer
      .ok,
    true,
  )
  const wrong = await ask({ definition: 'name: new\npagerduty_configs:\n  - routing_ky: hunter2\n' })
  assert.equal(wrong.status, 400)
  assert.match(
    String(wrong.answer),
    /^receiver:3:5 {2}error {2}.*has no option "routing_ky"; did you mean "routing_key"\?/,
  )
  assert.doesNotMatch(String(wrong.answer), /hunter2/)
  for (const definition of ['', '[]', 'x', 'name: [', '{}', '&a [*a]', 'name: x\nname: y']) {
    assert.equal((await ask({ definition })).status, 400, definition)
  }
})

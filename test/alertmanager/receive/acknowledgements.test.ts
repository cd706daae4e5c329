import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { captureServer } from '../support/capture-server.ts'
import { type RouterClient, startRouter } from '../support/router-process.ts'

const QUIET = 'route: {receiver: a}\nreceivers: [{name: a}]\n'
const PATH = '/api/vedette/v1/acknowledgements'

interface Shown {
  readonly id: string
  readonly status: { readonly state: string }
  readonly owner: string
  readonly comment: string
  readonly total: number
  readonly firing: number
  readonly alerts: readonly { readonly fingerprint: string; readonly labels: Readonly<Record<string, string>> }[]
}

const matcher = (name: string, value: string, more = {}) => ({ name, value, isRegex: false, ...more })

async function acknowledge(router: RouterClient, body: object): Promise<Shown> {
  const response = await router.post(PATH, { owner: 'ann', duration: '2h', ...body })
  const answer = await response.text()
  assert.equal(response.status, 200, answer)
  return JSON.parse(answer) as Shown
}

const list = async (router: RouterClient, query = '') => {
  return (await (await router.get(PATH + query)).json()) as readonly Shown[]
}

const withdraw = (router: RouterClient, id: string) => fetch(`${router.url}${PATH}/${id}`, { method: 'DELETE' })

function start(t: TestContext, directory = temporaryDirectory(t)): Promise<RouterClient> {
  return startRouter(t, directory, QUIET)
}

test('alerts are acknowledged by matchers or by fingerprint, shown, and withdrawn; API v2 does not change', async (t) => {
  const router = await start(t)
  await router.push([
    { alertname: 'A', n: '1' },
    { alertname: 'A', n: '2' },
    { alertname: 'B', n: '1' },
  ])
  await router.push([{ alertname: 'A', n: '3' }], -1)
  const before = await (await router.get('/api/v2/alerts')).text()

  const byMatchers = await acknowledge(router, { matchers: [matcher('alertname', 'A')], comment: 'on it' })
  assert.deepEqual([byMatchers.owner, byMatchers.comment, byMatchers.total, byMatchers.firing], ['ann', 'on it', 2, 2])
  assert.deepEqual(
    byMatchers.alerts.map(({ labels }) => labels.n),
    ['1', '2'],
  )
  const { fingerprint } = byMatchers.alerts[0]!
  const named = await acknowledge(router, { fingerprints: [fingerprint, fingerprint, 'ffffffffffffffff'] })
  assert.deepEqual([named.total, named.alerts[0]?.fingerprint], [1, fingerprint])
  assert.equal(await (await router.get('/api/v2/alerts')).text(), before)

  // Later alerts that match are nobody's yet.
  await router.push([{ alertname: 'A', n: '4' }])
  await router.push([{ alertname: 'A', n: '2' }], 0)
  const one = (await (await router.get(`${PATH}/${byMatchers.id}`)).json()) as Shown
  assert.deepEqual([one.total, one.firing, one.status.state], [2, 1, 'active'])

  assert.equal((await withdraw(router, named.id)).status, 200)
  assert.deepEqual(
    (await list(router)).map(({ id, status }) => [id, status.state]),
    [
      [byMatchers.id, 'active'],
      [named.id, 'withdrawn'],
    ],
  )
  assert.deepEqual(
    (await list(router, '?active=false')).map(({ id }) => id),
    [named.id],
  )
  assert.deepEqual(
    (await list(router, '?ended=false')).map(({ id }) => id),
    [byMatchers.id],
  )
  assert.equal(await router.metric('alertmanager_acknowledgements{state="active"}'), 1)
  assert.equal(await router.metric('alertmanager_acknowledgements{state="withdrawn"}'), 1)
  // Once more does no harm.
  assert.equal((await withdraw(router, named.id)).status, 200)

  await router.push([{ alertname: 'A', n: '1' }], 0)
  assert.equal((await list(router, '?active=false')).length, 2)
  assert.equal(await router.metric('alertmanager_acknowledgements{state="resolved"}'), 1)
})

test('what makes no sense is refused, and says why', async (t) => {
  const router = await start(t)
  await router.push([{ alertname: 'A' }])
  const matchers = [matcher('alertname', 'A')]
  const valid = { owner: 'ann', duration: '2h', matchers }
  const refusal = async (body: unknown) => {
    const response = await router.post(PATH, body)
    return `${response.status} ${await response.text()}`.trim()
  }
  const cases: readonly (readonly [body: unknown, expected: RegExp])[] = [
    [[], /^400 .*cannot unmarshal array into an acknowledgement/],
    ['x', /^400 .*cannot unmarshal string/],
    [null, /^422 .*owner in body is required/],
    [{ ...valid, owner: ' ' }, /^422 .*owner in body is required/],
    [{ ...valid, owner: 'x'.repeat(201) }, /^422 .*owner in body should be at most 200 chars/],
    [{ ...valid, comment: 'x'.repeat(4_001) }, /^422 .*comment in body should be at most 4000 chars/],
    [{ ...valid, comment: 7 }, /^400 .*cannot unmarshal number into comment/],
    [{ ...valid, duration: undefined }, /^422 .*exactly one of endsAt and duration/],
    [{ ...valid, endsAt: '2100-01-01T00:00:00Z' }, /^422 .*exactly one of endsAt and duration/],
    [{ ...valid, duration: 'soon' }, /^422 .*must be a duration such as 2h: \\"soon\\"/],
    [{ ...valid, duration: '0s' }, /^422 .*must be a duration/],
    [{ ...valid, duration: '32d' }, /^400 "Failed to acknowledge: it may last 31 days at most; .*silence/],
    [{ ...valid, duration: '280000y' }, /^400 "Failed to acknowledge: it may last 31 days/],
    [
      { ...valid, duration: undefined, endsAt: '2020-01-01T00:00:00Z' },
      /^400 "Failed to acknowledge: end time can't be/,
    ],
    [{ ...valid, duration: undefined, endsAt: 'x' }, /^400 .*endsAt is not an RFC 3339 time/],
    [{ ...valid, matchers: undefined }, /^422 .*exactly one of matchers and fingerprints/],
    [{ ...valid, fingerprints: [] }, /^422 .*exactly one of matchers and fingerprints/],
    [{ ...valid, matchers: [] }, /^422 .*612.*at least 1 items/],
    [{ ...valid, matchers: [{ name: 'a' }] }, /^422 .*matchers.0.isRegex in body is required/],
    [{ ...valid, matchers: [matcher('alertname', 'C')] }, /^400 "Failed to acknowledge: no alert that fires matches/],
    [
      { ...valid, matchers: [matcher('a', '(', { isRegex: true })] },
      /^400 "invalid acknowledgement: invalid label matcher 0/,
    ],
    [
      { ...valid, matchers: [matcher('alertname', '.*', { isRegex: true })] },
      /^400 "invalid acknowledgement: at least one/,
    ],
    [{ ...valid, matchers: Array(101).fill(matchers[0]) }, /^422 .*matchers in body should have at most 100 items/],
    [{ ...valid, matchers: [matcher('alertname', 'x'.repeat(5_000))] }, /^422 .*matchers.0 .*at most 4000 chars/],
    [{ ...valid, matchers: undefined, fingerprints: [] }, /^422 .*fingerprints in body should have at least 1/],
    [{ ...valid, matchers: undefined, fingerprints: {} }, /^400 .*cannot unmarshal object into fingerprints/],
    [{ ...valid, matchers: undefined, fingerprints: ['DROP TABLE'] }, /^422 .*fingerprints.0 .*16 hex digits/],
    [{ ...valid, matchers: undefined, fingerprints: Array(10_001).fill('0') }, /^422 .*at most 10000 items/],
    [{ ...valid, matchers: undefined, fingerprints: ['ffffffffffffffff'] }, /^400 .*no alert that fires matches/],
  ]
  for (const [body, expected] of cases) assert.match(await refusal(body), expected)
  const headers = { 'content-type': 'application/json' }
  const broken = await fetch(router.url + PATH, { method: 'POST', headers, body: '{"owner":' })
  assert.equal(broken.status, 400)
  assert.equal((await router.post(PATH)).status, 422)
  assert.equal((await fetch(router.url + PATH, { method: 'PUT' })).status, 405)
  assert.equal((await router.get(`${PATH}/nobody`)).status, 404)
  assert.equal((await withdraw(router, 'nobody')).status, 404)
  assert.deepEqual(await list(router), [])
})

test('kill -9 after the answer loses no acknowledgement and no withdrawal', async (t) => {
  const directory = temporaryDirectory(t)
  const hook = await captureServer(t)
  const yaml = `
route: {receiver: team, group_wait: 10ms, group_interval: 200ms, repeat_interval: 200ms}
receivers: [{name: team, webhook_configs: [{url: "${hook.url}/"}]}]
`
  const first = await startRouter(t, directory, yaml)
  await first.push([{ alertname: 'A' }])
  await hook.received(1)
  const kept = await acknowledge(first, { matchers: [matcher('alertname', 'A')] })
  const withdrawn = await acknowledge(first, { matchers: [matcher('alertname', 'A')] })
  await withdraw(first, withdrawn.id)
  await first.child.kill('SIGKILL')
  const told = hook.requests.length

  const second = await startRouter(t, directory, yaml)
  assert.deepEqual(
    (await list(second)).map(({ id, status }) => [id, status.state]),
    [
      [kept.id, 'active'],
      [withdrawn.id, 'withdrawn'],
    ],
  )
  // Repeats are due at each flush, and none is told.
  await second.reached('alertmanager_repeats_acknowledged_total', 3)
  assert.equal(hook.requests.length, told)
  await withdraw(second, kept.id)
  await hook.received(told + 1)
})

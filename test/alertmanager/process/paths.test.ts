import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { type TestContext, test } from 'node:test'
import { externalUrlOf, routePrefixOf } from '../../../alertmanager/process/external-url.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { captureServer } from '../support/capture-server.ts'
import { startRouter } from '../support/router-process.ts'

test('the prefix of the routes is the path of the external URL unless it is given', () => {
  const prefix = (external_url: string, route_prefix = '') => routePrefixOf({ external_url, route_prefix })
  assert.equal(prefix(''), '')
  assert.equal(prefix('http://h'), '')
  assert.equal(prefix('http://h/'), '')
  assert.equal(prefix('http://h/am/'), '/am')
  assert.equal(prefix('http://h/am', '/'), '')
  assert.equal(prefix('http://h/am', 'x/y/'), '/x/y')
})

test('the external URL has no slash at its end', () => {
  const url = (external_url: string) => externalUrlOf({ external_url, route_prefix: '' }, () => 'http://me:9093')
  assert.equal(url(''), 'http://me:9093')
  assert.equal(url('https://h/am//'), 'https://h/am')
})

const yaml = (hookUrl: string) =>
  `route: {receiver: a, group_wait: 0s}\nreceivers: [{name: a, webhook_configs: [{url: "${hookUrl}"}]}]\n`

async function startWith(t: TestContext, ...flags: readonly string[]) {
  const hook = await captureServer(t)
  return { hook, router: await startRouter(t, temporaryDirectory(t), yaml(hook.url), flags) }
}

/** Status and what is telling of the answer. */
async function ask(url: string, method = 'GET'): Promise<readonly (string | number | null)[]> {
  const response = await fetch(url, { method, redirect: 'manual' })
  await response.arrayBuffer()
  return [response.status, response.headers.get('location') ?? response.headers.get('allow')]
}

test('everything is below the prefix, and the root leads there', async (t) => {
  const { hook, router } = await startWith(t, '--web.external-url=http://alerts.test/am/')
  assert.deepEqual(await ask(`${router.url}/`), [302, '/am'])
  for (const path of [
    '/am',
    '/am/',
    '/am//-/ready/',
    '/am/metrics',
    '/am/-/healthy',
    '/am/-/ready',
    '/am/api/v2/status',
  ]) {
    assert.deepEqual(await ask(router.url + path), [200, null], path)
  }
  for (const path of ['/metrics', '/-/healthy', '/api/v2/status', '/am/nope', '/am/debug/pprof/heap']) {
    assert.deepEqual(await ask(router.url + path), [404, null], path)
  }
  assert.deepEqual(await ask(`${router.url}/am/api/v1/alerts`, 'POST'), [410, null])
  assert.deepEqual(await ask(`${router.url}/am/api/v2?a=b`), [301, '/am/api/v2/?a=b'])
  assert.deepEqual(await ask(`${router.url}/am/api/v2/`), [404, null])
  assert.deepEqual(await ask(`${router.url}/am/-/reload`, 'POST'), [200, null])
  const unknown = await fetch(`${router.url}/am/api/v2/nope`)
  assert.deepEqual(await unknown.json(), { code: 404, message: 'path /api/v2/nope was not found' })
  const metrics = await (await fetch(`${router.url}/am/metrics`)).text()
  assert.match(
    metrics,
    /^alertmanager_http_request_duration_seconds_count\{handler="\/-\/healthy",method="get",code="200"/m,
  )

  const alert = [{ labels: { alertname: 'A' } }]
  assert.equal((await router.post('/am/api/v2/alerts', alert)).status, 200)
  await hook.received(1)
  assert.match(hook.requests[0]!.body, /"externalURL":"http:\/\/alerts\.test\/am"/)
})

test('without a prefix, links lead to the host and the port', async (t) => {
  const { hook, router } = await startWith(t)
  await router.push([{ alertname: 'A' }])
  await hook.received(1)
  const { port } = new URL(router.url)
  assert.ok(hook.requests[0]!.body.includes(`"externalURL":"http://${hostname()}:${port}"`))
})

test('what is not there is plain text, and a wrong method is told the right ones', async (t) => {
  const { router } = await startWith(t)
  const nope = await router.get('/nope')
  assert.deepEqual([nope.status, await nope.text()], [404, '404 page not found\n'])
  const profiles = await router.get('/debug/pprof/profile')
  assert.equal(profiles.status, 404)
  assert.match(await profiles.text(), /no Go profiles/)
  for (const path of ['/-/healthy', '/-/ready', '/metrics', '/']) {
    assert.deepEqual(await ask(router.url + path, 'PUT'), [405, 'GET, HEAD'], path)
    assert.deepEqual(await ask(router.url + path, 'HEAD'), [200, null], path)
  }
  for (const method of ['GET', 'PUT', 'DELETE', 'HEAD']) {
    assert.deepEqual(await ask(`${router.url}/-/reload`, method), [405, 'POST'], method)
  }
  const page = await router.get('/')
  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
  assert.match(await page.text(), /href="\/api\/v2\/alerts"/)
})

test('it listens wherever it is told to, and says each place and that there is no TLS', async (t) => {
  const { router } = await startWith(t, '--web.listen-address=127.0.0.1:0', '--web.listen-address=:0')
  const lines = await router.child.printed(
    /(?:msg="Listening on" address=\S+\n[^\n]*msg="TLS is disabled\." http2=false address=\S+\n[^\n]*){3}/,
  )
  const addresses = [...lines[0].matchAll(/"Listening on" address=(\S+)\n/g)].map(([, address]) => address!)
  assert.equal(new Set(addresses).size, 3)
  for (const address of addresses) {
    const reachable = address.replace(/^\[::\]|^0\.0\.0\.0/, '127.0.0.1')
    assert.equal((await fetch(`http://${reachable}/-/ready`)).status, 200, address)
  }
  assert.equal((await router.child.kill('SIGTERM')).code, 0)
})

test('no group notifies before the delay is over, and then those that waited do', async (t) => {
  const { hook, router } = await startWith(t, '--dispatch.start-delay=1h')
  await router.push([{ alertname: 'A' }])
  const groups = (await (await router.get('/api/v2/alerts/groups')).json()) as unknown[]
  assert.deepEqual([groups.length, hook.requests.length], [1, 0])
  assert.equal((await router.child.kill('SIGTERM')).code, 0)
  assert.equal(hook.requests.length, 0)

  const soon = await startWith(t, '--dispatch.start-delay=300ms')
  await soon.router.push([{ alertname: 'A' }])
  await soon.hook.received(1)
})

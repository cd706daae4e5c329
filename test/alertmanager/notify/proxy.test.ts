import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileNoProxy } from '../../../alertmanager/notify/http/proxy/no-proxy.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { captureServer } from '../support/capture-server.ts'
import { post, transportOf } from '../support/http-transport.ts'
import { proxyServer, socksServer } from '../support/proxy-server.ts'
import { selfSigned } from '../support/self-signed.ts'

const NEVER = new AbortController().signal

test('requests in clear are relayed by the proxy, who gets its password and not the target', async (t) => {
  const server = await captureServer(t)
  const proxy = await proxyServer(t)
  const send = transportOf(`{proxy_url: "http://u%40:p@${proxy.address}", authorization: {credentials: ours}}`)
  for (let round = 0; round < 2; round++) assert.equal((await send(post(`${server.url}/hook?x=1`), NEVER)).status, 200)
  const [line, headers] = proxy.requests[0]!
  assert.equal(line, `POST ${server.url}/hook?x=1`)
  assert.equal(headers['proxy-authorization'], `Basic ${btoa('u@:p')}`)
  const [request] = server.requests
  assert.deepEqual([request?.path, request?.body], ['/hook?x=1', '{}'])
  assert.equal(`http://${request?.headers.host}`, server.url)
  assert.equal(request?.headers.authorization, 'Bearer ours')
  assert.equal(server.requests.length, 2)
})

test('to TLS the proxy opens a way, in which certificates are checked as without it', async (t) => {
  const pair = selfSigned(temporaryDirectory(t))
  if (pair === undefined) return t.skip('openssl is not installed')
  const server = await captureServer(t, () => ({ body: 'hello' }), { cert: pair.cert, key: pair.key })
  const proxy = await proxyServer(t)
  const keys = `proxy_url: "http://u:p@${proxy.address}", proxy_connect_header: {X-Team: [a, b]}`
  const send = transportOf(`{${keys}, tls_config: {ca_file: ca.pem}}`, { 'ca.pem': pair.cert })
  for (let round = 0; round < 2; round++) assert.equal((await send(post(`${server.url}/x`), NEVER)).body, 'hello')
  // The second request went the same way.
  assert.equal(proxy.requests.length, 1)
  const [line, headers] = proxy.requests[0]!
  assert.equal(line, `CONNECT ${server.url.slice('https://'.length)}`)
  assert.equal(headers['proxy-authorization'], `Basic ${btoa('u:p')}`)
  assert.equal(headers['x-team'], 'a, b')
  await assert.rejects(transportOf(`{${keys}}`)(post(server.url), NEVER), /self-signed certificate/)
  const other = transportOf(`{${keys}, tls_config: {ca_file: ca.pem, server_name: other.test}}`, {
    'ca.pem': pair.cert,
  })
  await assert.rejects(other(post(server.url), NEVER), /other\.test/)
})

test('a proxy that refuses is said, with what to mend', async (t) => {
  const proxy = await proxyServer(t, { refuse: 407 })
  const send = transportOf(`{proxy_url: "http://${proxy.address}"}`)
  await assert.rejects(
    send(post('https://hooks.test/x'), NEVER),
    /proxy answered 407 to CONNECT; put user and password/,
  )
  assert.equal((await send(post('http://hooks.test/x'), NEVER)).status, 407)
})

test('SOCKS 5 opens a way for both, with a password where it wants one', async (t) => {
  const server = await captureServer(t)
  const open = await socksServer(t)
  const closed = await socksServer(t, 'u:p@')
  await transportOf(`{proxy_url: "socks5://${open.address}"}`)(post(server.url), NEVER)
  await transportOf(`{proxy_url: "socks5://u:p%40@${closed.address}"}`)(post(server.url), NEVER)
  assert.equal(server.requests.length, 2)
  assert.equal(`http://${open.requests[0]?.[0]}`, server.url)
  const wrong = transportOf(`{proxy_url: "socks5://u:no@${closed.address}"}`)
  await assert.rejects(wrong(post(server.url), NEVER), /does not take user and password/)
  const missing = transportOf(`{proxy_url: "socks5://${closed.address}"}`)
  await assert.rejects(missing(post(server.url), NEVER), /wants user and password/)
})

test('the environment names proxies where it is asked', async (t) => {
  const server = await captureServer(t)
  const proxy = await proxyServer(t)
  const env = { http_proxy: proxy.address, NO_PROXY: 'direct.test' }
  await assert.rejects(transportOf('{}', {}, { env })(post('http://nowhere.invalid'), NEVER))
  assert.equal(proxy.requests.length, 0)
  const send = transportOf('{proxy_from_environment: true}', {}, { env })
  // This machine is never reached through a proxy of the environment, as in Go.
  await send(post(server.url), NEVER)
  assert.equal(proxy.requests.length, 0)
  assert.equal((await send(post('http://nowhere.invalid/'), NEVER)).status, 502)
  assert.equal(proxy.requests.length, 1)
})

test('who is reached without the proxy', () => {
  const rows: [list: string, direct: string[], proxied: string[]][] = [
    ['', ['http://localhost/', 'http://127.1.2.3/', 'http://[::1]:9/'], ['http://a.test/']],
    ['*', ['http://a.test/'], []],
    [
      'a.test, .b.test',
      ['http://a.test/', 'http://x.A.test/', 'http://x.b.test/'],
      ['http://b.test/', 'http://xa.test/'],
    ],
    ['*.c.test', ['http://x.c.test/'], ['http://c.test/']],
    ['a.test:8080', ['http://a.test:8080/'], ['http://a.test/', 'https://a.test/']],
    ['a.test:443', ['https://a.test/'], ['http://a.test/']],
    ['10.0.0.0/8, fd00::/8', ['http://10.1.2.3/', 'http://[fd00::1]/'], ['http://11.0.0.1/', 'http://ten.test/']],
    [
      '10.0.0.1, [fd00::1]:80',
      ['http://10.0.0.1:9/', 'http://[fd00::1]/'],
      ['http://10.0.0.2/', 'http://[fd00::1]:81/'],
    ],
    ['10.0.0.0/99, /8, ,', [], ['http://10.0.0.1/']],
  ]
  for (const [list, direct, proxied] of rows) {
    const isDirect = compileNoProxy(list)
    for (const url of direct) assert.ok(isDirect(new URL(url)), `${list} ${url}`)
    for (const url of proxied) assert.ok(!isDirect(new URL(url)), `${list} ${url}`)
  }
})

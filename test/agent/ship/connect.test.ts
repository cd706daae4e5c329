import assert from 'node:assert/strict'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect as connectTo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadConfig } from '#lib/config/load.ts'
import { systemFiles } from '#lib/files.ts'
import * as configModule from '../../../agent/config.ts'
import { createConnect } from '../../../agent/ship/connect.ts'
import { Connections } from '../../../agent/ship/connections.ts'
import type { Outcome, RequestSender } from '../../../agent/ship/outcome.ts'
import { proxiesFor } from '../../../agent/ship/proxies.ts'
import { selfSigned } from '../../alertmanager/support/self-signed.ts'
import { HttpPeer } from '../../support/http-peer.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { OPENSSL_MISSING } from '../../support/tls-peer.ts'

const NEVER = new AbortController().signal
const tls = { skip: OPENSSL_MISSING }

function configOf(settings: readonly string[], url = 'https://127.0.0.1') {
  const overrides = [`ship.endpoints=["${url}"]`, ...settings]
  return loadConfig(configModule, { overrides, env: {} }).ship
}

function clientOf(t: TestContext, url: string, settings: readonly string[] = [], env = {}, clock = new ManualClock()) {
  const client = createConnect(configOf(settings, url), { clock, files: systemFiles, env }, 'logs')(url)
  t.after(() => client.close())
  return client
}
const send = (client: RequestSender): Promise<Outcome> => client.send(Buffer.from('body'), 'zstd', NEVER)

async function kindOf(client: RequestSender): Promise<string> {
  const outcome = await send(client)
  return outcome.kind === 'retry' ? outcome.reason : outcome.kind
}
const certificate = (t: TestContext) => selfSigned(temporaryDirectory(t))!

test('a collector is trusted if the CA is ours, or if nobody is to be asked', tls, async (t) => {
  const pair = certificate(t)
  const peer = await HttpPeer.start(t, pair)
  assert.equal(await kindOf(clientOf(t, peer.url, [`ship.tls.ca_file=${pair.certFile}`])), 'accepted')
  const outcome = await send(clientOf(t, peer.url))
  assert.ok(outcome.kind === 'retry' && outcome.reason === 'collector_certificate')
  assert.equal(outcome.message, 'the certificate of the collector is not trusted: self-signed certificate')
  assert.match(outcome.cure!, /ship\.tls\.ca_file/)
  const other = certificate(t).certFile
  assert.equal(await kindOf(clientOf(t, peer.url, [`ship.tls.ca_file=${other}`])), 'collector_certificate')
  assert.equal(await kindOf(clientOf(t, peer.url, ['ship.tls.insecure_skip_verify=true'])), 'accepted')
  const named = (name: string) => [`ship.tls.ca_file=${pair.certFile}`, `ship.tls.server_name=${name}`]
  assert.equal(await kindOf(clientOf(t, peer.url, named('localhost'))), 'accepted')
  assert.equal(await kindOf(clientOf(t, peer.url, named('elsewhere'))), 'collector_certificate')
})

test('a collector that wants a certificate gets ours', tls, async (t) => {
  const [server, ours] = [certificate(t), certificate(t)]
  const peer = await HttpPeer.start(t, { ...server, requestCert: true, rejectUnauthorized: true, ca: ours.cert })
  const trust = `ship.tls.ca_file=${server.certFile}`
  const mutual = [trust, `ship.tls.cert_file=${ours.certFile}`, `ship.tls.key_file=${ours.keyFile}`]
  assert.equal(await kindOf(clientOf(t, peer.url, mutual)), 'accepted')
  assert.notEqual(await kindOf(clientOf(t, peer.url, [trust])), 'accepted')
  const mixed = [trust, `ship.tls.cert_file=${ours.certFile}`, `ship.tls.key_file=${server.keyFile}`]
  assert.match(await kindOf(clientOf(t, peer.url, mixed)), /^err_ossl_x509_key_values_mismatch$/)
})

test('certificates that are replaced on disk are taken up, and nothing under way is cut', tls, async (t) => {
  const [old, renewed] = [certificate(t), certificate(t)]
  const [first, second] = [await HttpPeer.start(t, old), await HttpPeer.start(t, renewed)]
  const volume = temporaryDirectory(t)
  const put = (version: string, text: string) => {
    mkdirSync(join(volume, version))
    writeFileSync(join(volume, version, 'ca.crt'), text)
    symlinkSync(version, join(volume, 'next'))
    renameSync(join(volume, 'next'), join(volume, 'data'))
  }
  put('1', old.cert)
  const clock = new ManualClock()
  const settings = [`ship.tls.ca_file=${join(volume, 'data', 'ca.crt')}`]
  const connect = createConnect(configOf(settings), { clock, files: systemFiles, env: {} }, 'logs')
  const clients = [connect(first.url), connect(second.url)] as const
  t.after(() => {
    for (const client of clients) client.close()
  })
  assert.equal(await kindOf(clients[0]), 'accepted')
  let finish = () => {}
  const begun = new Promise<void>((resolve) => {
    first.answer = (response) => {
      finish = () => response.end()
      resolve()
    }
  })
  const underWay = send(clients[0])
  await begun
  put('2', `${old.cert}\n${renewed.cert}`)
  await clock.advance(9_999)
  assert.equal(await kindOf(clients[1]), 'collector_certificate')
  assert.equal(await kindOf(clients[1]), 'accepted', 'after a failure it looks at once')
  finish()
  assert.equal((await underWay).kind, 'accepted')
  first.answer = (response) => response.end()
  assert.equal(await kindOf(clients[0]), 'accepted')
  assert.equal(first.connections, 2, 'the old connection is not used again')
})

test('a token is read again when it changes, and at once when it is refused', async (t) => {
  const peer = await HttpPeer.start(t)
  let valid = 'Bearer one'
  peer.answer = (response, { headers }) => response.writeHead(headers.authorization === valid ? 200 : 401).end()
  const path = join(temporaryDirectory(t), 'token')
  writeFileSync(path, 'one\n')
  const clock = new ManualClock()
  const client = clientOf(t, peer.url, [`ship.bearer_token_file=${path}`], {}, clock)
  assert.equal(await kindOf(client), 'accepted')
  writeFileSync(path, 'two')
  valid = 'Bearer two'
  assert.equal(await kindOf(client), 'accepted')
  assert.equal(peer.requests.length, 3)
  valid = 'Bearer three'
  assert.equal(await kindOf(client), 'http_401')
  assert.equal(peer.requests.length, 4, 'the same token is not sent twice')
  writeFileSync(path, 'three')
  assert.equal(await kindOf(client), 'accepted')
})

test('a file that cannot be used is a clear error that does not show what is in it', async (t) => {
  const peer = await HttpPeer.start(t)
  const path = join(temporaryDirectory(t), 'token')
  const client = clientOf(t, peer.url, [`ship.bearer_token_file=${path}`])
  const failure = async () => {
    const outcome = await send(client)
    assert.ok(outcome.kind === 'retry' && outcome.reason === 'ship_file_unreadable')
    return outcome.message
  }
  assert.match(await failure(), /^cannot use ship\.bearer_token_file .*token: ENOENT/)
  writeFileSync(path, 'hunter2 with\r\nX-Injected: header')
  assert.match(await failure(), /token: it holds no bearer token$/)
  writeFileSync(path, 'x'.repeat(2 * 1024 ** 2))
  assert.match(await failure(), /larger than/)
  writeFileSync(path, 'right')
  assert.equal(await kindOf(client), 'accepted')
  assert.equal(peer.requests.length, 1)
})

test('a connection is not kept for longer than its time, which differs between connections', async (t) => {
  const peer = await HttpPeer.start(t)
  const clock = new ManualClock()
  const client = clientOf(t, peer.url, ['ship.max_connection_age=5m'], {}, clock)
  await send(client)
  await send(client)
  assert.equal(peer.connections, 1)
  await clock.advance(300_000)
  await send(client)
  await send(client)
  assert.equal(peer.connections, 2)
  await send(clientOf(t, peer.url, ['ship.max_connection_age=0s']))
  const unkept = clientOf(t, peer.url, ['ship.max_connection_age=0s'])
  await send(unkept)
  await send(unkept)
  assert.equal(peer.connections, 5)
  const lives = [0, 0.5, 0.999].map((random) => {
    const url = new URL(peer.url)
    const connections = new Connections({
      ...{ url, clock, maxAgeMs: 1_000, random: () => random, proxies: undefined },
      ...{ serverName: '', insecureSkipVerify: false },
    })
    const agent = connections.agentFor({ ca: undefined, cert: undefined, key: undefined, token: undefined })
    const socket = connectTo(Number(url.port), '127.0.0.1')
    t.after(() => socket.destroy())
    return { agent, socket }
  })
  const kept = () => lives.map(({ agent, socket }) => Boolean(agent.keepSocketAlive(socket)))
  assert.deepEqual(kept(), [true, true, true])
  await clock.advance(500)
  assert.deepEqual(kept(), [false, true, true])
  await clock.advance(250)
  assert.deepEqual(kept(), [false, false, true])
  await clock.advance(250)
  assert.deepEqual(kept(), [false, false, false])
})

test('proxy variables count, but not for the own machine', async (t) => {
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end()
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  const env = { http_proxy: `http://127.0.0.1:${(proxy.address() as { port: number }).port}`, NO_PROXY: 'near.test' }
  assert.equal(await kindOf(clientOf(t, 'http://far.test:4318', [], env)), 'accepted')
  assert.deepEqual(asked, ['http://far.test:4318/v1/logs'])
  assert.equal(await kindOf(clientOf(t, 'http://near.test:4318', [], env)), 'enotfound')
  const peer = await HttpPeer.start(t)
  assert.equal(await kindOf(clientOf(t, peer.url, [], env)), 'accepted')
  assert.equal(peer.requests.length, 1)
  for (const host of ['localhost', '127.9.9.9', '[::1]', 'a.localhost']) {
    assert.equal(proxiesFor(new URL(`http://${host}`), env), undefined, host)
  }
  assert.equal(proxiesFor(new URL('https://far.test'), env), undefined, 'none is set for https')
  assert.deepEqual(proxiesFor(new URL('https://far.test'), { HTTPS_PROXY: 'http://p', no_proxy: '' }), {
    HTTPS_PROXY: 'http://p',
  })
})

test('settings that contradict each other are found before anything starts', () => {
  const problem = (...settings: string[]) => {
    try {
      configOf(settings, settings.some((each) => each.includes('http_only')) ? 'http://a' : 'https://a')
      return ''
    } catch (error) {
      return String(error)
    }
  }
  assert.match(problem('ship.tls.cert_file=/a'), /ship\.tls\.cert_file needs ship\.tls\.key_file/)
  assert.match(problem('ship.tls.key_file=/a'), /ship\.tls\.key_file needs ship\.tls\.cert_file/)
  assert.match(problem('ship.tls.ca_file=/http_only'), /ship\.tls\.ca_file has no use: no endpoint is https:/)
  assert.match(
    problem('ship.headers={"authorization":"x"}', 'ship.bearer_token_file=/a'),
    /ship\.headers\.authorization and ship\.bearer_token_file cannot both be sent/,
  )
  assert.equal(problem('ship.tls.ca_file=/a', 'ship.tls.cert_file=/b', 'ship.tls.key_file=/c'), '')
})

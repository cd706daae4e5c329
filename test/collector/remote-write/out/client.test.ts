import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { systemFiles } from '#lib/files.ts'
import { RemoteWriteClient } from '../../../../collector/remote-write/out/client.ts'
import { selfSigned } from '../../../alertmanager/support/self-signed.ts'
import { HttpPeer } from '../../../support/http-peer.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { OPENSSL_MISSING } from '../../../support/tls-peer.ts'

function createClient(url: string, more: object = {}) {
  const codes: string[] = []
  const client = new RemoteWriteClient({
    ...{ url, headers: {}, bearerToken: '', bearerTokenFile: '', caFile: '', insecureSkipVerify: false },
    ...{ timeoutMs: 5_000, userAgent: 'test', files: systemFiles, clock: systemClock },
    basicAuth: { username: '', password: '', passwordFile: '' },
    onRequest: (code) => codes.push(code),
    ...more,
  })
  return { client, codes, send: () => client.send(Buffer.from('x'), '1.0', 0, AbortSignal.timeout(10_000)) }
}

test('a certificate is checked against the file, or not at all where that is asked', {
  skip: OPENSSL_MISSING,
}, async (t) => {
  const { certFile, cert, key } = selfSigned(temporaryDirectory(t))!
  const { url } = await HttpPeer.start(t, { cert, key })
  const kinds = []
  for (const more of [{}, { caFile: certFile }, { insecureSkipVerify: true }]) {
    const { client, send } = createClient(url, more)
    kinds.push((await send()).kind)
    client.close()
  }
  assert.deepEqual(kinds, ['retry', 'taken', 'taken'])
})

test('files with credentials are read anew for each request', async (t) => {
  const peer = await HttpPeer.start(t)
  const file = join(temporaryDirectory(t), 'secret')
  writeFileSync(file, 'one\n')
  const bearer = createClient(peer.url, { bearerTokenFile: file })
  const basicAuth = { username: 'u', password: '', passwordFile: file }
  const basic = createClient(peer.url, { basicAuth })
  await bearer.send()
  writeFileSync(file, 'two\n')
  await bearer.send()
  await basic.send()
  const sent = peer.requests.map(({ headers }) => headers.authorization)
  assert.deepEqual(sent, ['Bearer one', 'Bearer two', `Basic ${Buffer.from('u:two').toString('base64')}`])
  assert.equal(readFileSync(file, 'utf8'), 'two\n')
  bearer.client.close()
  basic.client.close()
  const missing = createClient(peer.url, { bearerTokenFile: `${file}-missing` })
  assert.equal((await missing.send()).kind, 'retry')
})

test('answers mean what the protocols say', async (t) => {
  const peer = await HttpPeer.start(t)
  const { client, send, codes } = createClient(peer.url)
  const kinds: Readonly<Record<number, string>> = {
    ...{ 200: 'taken', 204: 'taken', 301: 'retry', 400: 'refused', 401: 'refused', 404: 'refused', 409: 'refused' },
    ...{ 413: 'too_large', 415: 'refused', 422: 'refused', 429: 'retry', 500: 'retry', 502: 'retry', 503: 'retry' },
  }
  for (const [status, kind] of Object.entries(kinds)) {
    peer.answer = (response) => response.writeHead(Number(status)).end()
    assert.equal((await send()).kind, kind, status)
  }
  assert.deepEqual(new Set(codes), new Set(['2xx', '3xx', '4xx', '429', '5xx']))
  for (const [header, least, most] of [
    ['7', 7_000, 7_000],
    [new Date(Date.now() + 60_000).toUTCString(), 50_000, 60_000],
    ['1000000', 600_000, 600_000],
    ['soon', 0, 0],
    ['-5', 0, 0],
  ] as const) {
    peer.answer = (response) => response.writeHead(503, { 'retry-after': header }).end('busy')
    const outcome = await send()
    assert.ok(outcome.kind === 'retry' && outcome.message === 'answered 503: "busy"')
    assert.ok(outcome.afterMs >= least && outcome.afterMs <= most, `${header}: ${outcome.afterMs}`)
  }
  client.close()
})

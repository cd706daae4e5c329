import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { fastify } from 'fastify'
import { addCors } from '../../../collector/receive/cors.ts'

function start(t: TestContext, allowedOrigins: readonly string[]) {
  const app = fastify()
  addCors(app, { allowedOrigins, allowedHeaders: ['X-Token'], maxAgeMs: 7_200_000 })
  app.post('/v1/logs', () => 'taken')
  t.after(() => app.close())
  return {
    ask: (origin: string) =>
      app.inject({
        method: 'OPTIONS',
        url: '/v1/logs',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      }),
    post: (headers: Record<string, string>) => app.inject({ method: 'POST', url: '/v1/logs', headers }),
  }
}

test('without allowed origins no page may send', async (t) => {
  const { ask, post } = start(t, [])
  assert.equal((await ask('https://a.example')).statusCode, 404)
  assert.equal((await post({ origin: 'https://a.example' })).headers['access-control-allow-origin'], undefined)
})

test('a page of an allowed origin may send, and no other', async (t) => {
  const { ask, post } = start(t, ['https://a.example', 'https://*.shop.example', 'http://local*:80*'])
  for (const [origin, isAllowed] of [
    ['https://a.example', true],
    ['https://A.example', true],
    ['https://www.shop.example', true],
    ['https://x.y.shop.example', true],
    ['http://localhost:8080', true],
    ['https://shop.example', false],
    ['https://a.example.evil.example', false],
    ['http://a.example', false],
    ['http://local:8', false],
    ['null', false],
  ] as const) {
    const { statusCode, headers } = await ask(origin)
    assert.equal(statusCode, 204)
    assert.equal(headers.vary, 'Origin')
    assert.equal(headers['access-control-allow-origin'], isAllowed ? origin : undefined, origin)
    if (!isAllowed) continue
    assert.equal(headers['access-control-allow-methods'], 'POST')
    assert.equal(headers['access-control-allow-headers'], 'content-type, content-encoding, X-Token')
    assert.equal(headers['access-control-max-age'], '7200')
    assert.equal(headers['access-control-allow-credentials'], undefined)
    assert.equal((await post({ origin })).headers['access-control-allow-origin'], origin)
  }
  const ours = await post({})
  assert.deepEqual([ours.body, ours.headers['access-control-allow-origin']], ['taken', undefined])
})

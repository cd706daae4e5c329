import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { temporaryDirectory } from '../../support/temporary.ts'
import { captureServer } from '../support/capture-server.ts'
import { startRouter } from '../support/router-process.ts'

const PATHS = ['receivers/test', 'templates/preview', 'routes/test']

test('bodies of any kind are answered, and the router goes on', async (t) => {
  const server = await captureServer(t)
  const yaml = `route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: ${server.url}}]}]\n`
  const router = await startRouter(t, temporaryDirectory(t), yaml)
  const post = async (path: string, body: string | Buffer) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${router.url}/api/vedette/v1/${path}`, {
      method: 'POST',
      headers,
      body: new Uint8Array(Buffer.from(body)),
    })
    const text = await response.text()
    assert.ok(
      response.status < 500,
      `${path}: ${response.status} ${text.slice(0, 200)} for ${body.toString().slice(0, 100)}`,
    )
    assert.ok(text.length < 100_000, `${path}: ${text.length}`)
    return { status: response.status, text }
  }
  const names = '{"__proto__": "x", "constructor": "y", "toString": "z", "\\ud800": "\\udfff", "a\\u0000": "\\u0000"}'
  const bodies = [
    ...['', '{', 'null', '[]', '0', '"x"', '{}', `${'['.repeat(60_000)}`, `${'['.repeat(60_000)}${']'.repeat(60_000)}`],
    `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
    Buffer.from([0x7b, 0xff, 0xfe, 0x22, 0x7d]),
    `{"labels": ${names}, "receiver": "a", "alert": {"labels": ${names}, "annotations": ${names}}, "text": "{{ . }}", "data": {"alerts": [{"labels": ${names}}]}}`,
    `{"labels": {"a": "${'x'.repeat(200_000)}"}, "receiver": "${'a'.repeat(200_000)}", "text": "${'x'.repeat(200_000)}"}`,
    `{"receiver": "__proto__", "text": "{{ .__proto__ }}{{ .constructor }}", "labels": {"a": "b"}, "at": "9999999-01-01"}`,
    `{"text": "", "matchers": ["a=~\\"(a*)*(b*)*$\\"", "a=~\\"${'(x|'.repeat(500)}\\""]}`,
    `{"text": "", "data": {"alerts": [${'{},'.repeat(50_000)}{}]}}`,
    `{"labels": {"a": "b"}, "at": "0000-00-00T00:00:00Z"}`,
  ]
  for (const path of PATHS) for (const body of bodies) await post(path, body)
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PATHS), fc.json({ maxDepth: 4 }), async (path, body) => {
      await post(path, body)
    }),
    { numRuns: 60 },
  )
  const shape = fc.record(
    {
      receiver: fc.oneof(fc.constant('a'), fc.string(), fc.jsonValue()),
      integration: fc.oneof(fc.constant('email'), fc.string(), fc.jsonValue()),
      text: fc.oneof(fc.string(), fc.constant('{{ range .Alerts }}'), fc.jsonValue()),
      labels: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.jsonValue()),
      matchers: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
      at: fc.oneof(fc.string(), fc.jsonValue()),
      data: fc.jsonValue(),
      definition: fc.string(),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PATHS), shape, async (path, body) => {
      await post(path, JSON.stringify(body))
    }),
    { numRuns: 100 },
  )
  assert.equal((await router.get('/-/healthy')).status, 200)
  const form = await fetch(`${router.url}/api/vedette/v1/receivers/test`, { method: 'POST', body: '{"receiver": "a"}' })
  assert.equal(form.status, 415)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupHash } from '../../../alertmanager/notify/group-hash.ts'
import { checkRetries, configErrors, FIRING, RESOLVED, toldIntegration } from '../support/told-integration.ts'

const options = (url: string) =>
  `{webhook_url: "${url}/v1/spaces/A/messages?key=K&token=hunter2", text: "M {{ .Status }}"}`

test('a message is posted in the thread of the group', async (t) => {
  const { server, tell } = await toldIntegration(t, 'googlechat', { options })
  assert.deepEqual(await tell(FIRING), { ok: true })
  assert.deepEqual(await tell(RESOLVED), { ok: true })
  const [request, second] = server.requests
  assert.equal(request?.method, 'POST')
  assert.equal(
    request?.path,
    '/v1/spaces/A/messages?key=K&token=hunter2&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD',
  )
  assert.equal(request?.headers['content-type'], 'application/json; charset=UTF-8')
  const thread = `"thread":{"threadKey":"${groupHash(FIRING.groupKey)}"}`
  assert.equal(request?.body, `{"text":"M firing",${thread}}\n`)
  assert.equal(second?.body, `{"text":"M resolved",${thread}}\n`)
})

test('threads are left out on request, and long texts are cut', async (t) => {
  const { server, tell } = await toldIntegration(t, 'googlechat', {
    options: (url) => `{webhook_url: "${url}/m?key=K", text: ${'x'.repeat(4097)}, thread: false}`,
  })
  await tell()
  assert.equal(server.requests[0]?.path, '/m?key=K')
  assert.equal(server.requests[0]?.body, `{"text":"${'x'.repeat(4095)}…"}\n`)
})

test('failures are told apart', (t) =>
  checkRetries(t, 'googlechat', { options }, [
    [{ status: 400, body: '{"error":{"status":"INVALID_ARGUMENT"}}' }, false, 'clientError', /INVALID_ARGUMENT/],
    [{ status: 403 }, false, 'authError', /check key and token in webhook_url/],
    [{ status: 404 }, false, 'clientError', /check the url/],
    [{ status: 429, headers: { 'retry-after': '7' } }, true, 'rateLimited'],
    [{ status: 503 }, true, 'serverError'],
  ]))

test('a configuration without a URL is refused', () => {
  assert.deepEqual(configErrors('googlechat', '{}'), ['4:3 one of webhook_url or webhook_url_file must be configured'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRetries, configErrors, toldIntegration } from '../support/told-integration.ts'

const auth = 'http_config: {authorization: {credentials: hunter2}}'
const options = (url: string) => `{api_url: "${url}/v1/messages", room_id: "R {{ .Status }}", message: M, ${auth}}`

test('Markdown is posted to the room with the token of the bot', async (t) => {
  const { server, tell } = await toldIntegration(t, 'webex', { options })
  assert.deepEqual(await tell(), { ok: true })
  const [request] = server.requests
  assert.deepEqual([request?.method, request?.path], ['POST', '/v1/messages'])
  assert.equal(request?.headers.authorization, 'Bearer hunter2')
  assert.equal(request?.body, '{"markdown":"M","roomId":"R firing"}\n')
})

test('a message that is too long is cut between two characters', async (t) => {
  const { server, tell } = await toldIntegration(t, 'webex', {
    options: (url) => `{api_url: "${url}", room_id: R, message: "${'ü'.repeat(4000)}", ${auth}}`,
  })
  await tell()
  assert.equal(JSON.parse(server.requests[0]!.body).markdown, `${'ü'.repeat(3718)}…`)
})

test('failures are told apart', (t) => checkRetries(t, 'webex', { options }))

test('a configuration that cannot work is refused', () => {
  assert.deepEqual(configErrors('webex', `{${auth}}`), ['4:3 missing room_id on webex_config'])
  assert.deepEqual(configErrors('webex', '{room_id: R}'), ['4:3 missing webex_configs.http_config.authorization'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupHash } from '../../../alertmanager/notify/group-hash.ts'
import {
  checkRetries,
  configErrors,
  FIRING,
  integrationConfig,
  RESOLVED,
  toldIntegration,
} from '../support/told-integration.ts'

const alias = groupHash(FIRING.groupKey)
const options = (url: string) => `{api_key: hunter2, api_url: "${url}"}`

test('what fires is an alert, named by the hash of its group', async (t) => {
  const { server, tell } = await toldIntegration(t, 'opsgenie', {
    options: (url) => `{api_key: hunter2, api_url: "${url}/base?x=1", details: {zone: "{{ .Status }}", team: own},
      description: "", entity: E, tags: " a,,b ", actions: "", note: N, priority: P1,
      responders: [{id: i, type: USER}, {name: "a,b", type: teams}, {name: "{{ .CommonLabels.team }}", type: "{{ .Status }}"}]}`,
    answer: () => ({ status: 202 }),
  })
  assert.deepEqual(await tell(), { ok: true })
  const [request] = server.requests
  assert.deepEqual([request?.method, request?.path], ['POST', '/base/v2/alerts?x=1'])
  assert.equal(request?.headers.authorization, 'GenieKey hunter2')
  assert.equal(request?.headers['content-type'], 'application/json')
  assert.equal(
    request?.body,
    `{"alias":"${alias}","message":"\\u003copsgenie.default.message\\u003e",` +
      '"details":{"alertname":"A","team":"own","zone":"firing"},"source":"\\u003copsgenie.default.source\\u003e",' +
      '"responders":[{"id":"i","type":"user"},{"name":"a","type":"team"},{"name":"b","type":"team"},' +
      '{"name":"\\u003cx\\u003e","type":"firing"}],"tags":["a","b"],"note":"N","priority":"P1","entity":"E"}\n',
  )
})

test('what has ended is closed', async (t) => {
  const { server, tell } = await toldIntegration(t, 'opsgenie', { options, answer: () => ({ status: 202 }) })
  await tell(RESOLVED)
  const [request] = server.requests
  assert.deepEqual([request?.method, request?.path], ['POST', `/v2/alerts/${alias}/close?identifierType=alias`])
  assert.equal(request?.body, '{"source":"\\u003copsgenie.default.source\\u003e"}\n')
})

test('with update_alerts an open alert is changed too, and a failure ends the row of requests', async (t) => {
  let status = 202
  const { server, tell } = await toldIntegration(t, 'opsgenie', {
    options: (url) =>
      `{api_key: k, api_url: "${url}/", update_alerts: true, message: "${'ü'.repeat(131)}", description: D}`,
    answer: ({ path }) => ({ status: path.includes('/message') ? status : 202 }),
  })
  assert.deepEqual(await tell(), { ok: true })
  const cut = `${'ü'.repeat(129)}…`
  assert.deepEqual(
    server.requests.map(({ method, path }) => `${method} ${path}`),
    [
      'POST /v2/alerts',
      `PUT /v2/alerts/${alias}/message?identifierType=alias`,
      `PUT /v2/alerts/${alias}/description?identifierType=alias`,
    ],
  )
  assert.equal(server.requests[1]?.body, `{"message":"${cut}"}\n`)
  assert.equal(server.requests[2]?.body, '{"description":"D"}\n')
  status = 500
  const result = await tell()
  assert.ok(!result.ok && result.retryable)
  assert.equal(server.requests.length, 5)
})

test('failures are told apart', (t) => checkRetries(t, 'opsgenie', { options }))

test('the key may be in a file, one of its own before the global text, and may be a template', async (t) => {
  const { server, tell } = await toldIntegration(t, 'opsgenie', {
    options: (url) => `{api_key_file: key.txt, api_url: "${url}"}`,
    global: () => '{opsgenie_api_key: global}',
    files: { 'key.txt': 'key-{{ .CommonLabels.team }}' },
  })
  await tell()
  assert.equal(server.requests[0]?.headers.authorization, 'GenieKey key-<x>')
  const { options: read } = integrationConfig('opsgenie', '{}', '{opsgenie_api_key: k}')
  assert.ok('api_key' in read && 'api_url' in read)
  assert.deepEqual([read.api_key, read.api_url], ['k', 'https://api.opsgenie.com/'])
})

test('a configuration that cannot work is refused', () => {
  const rows: [options: string, message: string][] = [
    ['{}', '4:3 no global OpsGenie API Key set either inline or in a file'],
    ['{api_key: k, api_key_file: f}', '4:16 at most one of api_key & api_key_file must be configured'],
    [
      '{api_key: k, responders: [{type: user}]}',
      '4:29 opsGenieConfig responder {   user} has to have at least one of id, username or name specified',
    ],
    [
      '{api_key: k, responders: [{id: i, type: god}]}',
      '4:43 opsGenieConfig responder {i   god} type does not match valid options ^(team|teams|user|escalation|schedule)$',
    ],
    [
      '{api_key: k, api_url: x}',
      '4:25 receivers[0].opsgenie_configs[0].api_url: "x" is not an http:// or https:// URL',
    ],
  ]
  for (const [own, message] of rows) assert.deepEqual(configErrors('opsgenie', own), [message], own)
  assert.deepEqual(configErrors('opsgenie', '{api_key: k, responders: [{id: i, type: "{{ .X }}"}]}'), [])
})

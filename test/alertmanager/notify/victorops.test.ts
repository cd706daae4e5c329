import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupHash } from '../../../alertmanager/notify/group-hash.ts'
import { checkRetries, configErrors, FIRING, RESOLVED, toldIntegration } from '../support/told-integration.ts'

const options = (url: string) => `{api_key: hunter2, api_url: "${url}", routing_key: team}`

test('what fires has the type of the configuration, what has ended is recovered', async (t) => {
  const { server, tell } = await toldIntegration(t, 'victorops', {
    options: (url) => `{api_key: hunter2, api_url: "${url}/integrations/", routing_key: "r {{ .CommonLabels.team }}",
      message_type: WARNING, custom_fields: {Zone: "{{ .Status }}", a: b}}`,
  })
  assert.deepEqual(await tell(), { ok: true })
  assert.deepEqual(await tell(RESOLVED), { ok: true })
  const [first, second] = server.requests
  assert.deepEqual([first?.method, first?.path], ['POST', '/integrations/hunter2/r%20%3Cx%3E'])
  assert.equal(first?.headers['content-type'], 'application/json')
  const name = (of: string) => `\\u003cvictorops.default.${of}\\u003e`
  assert.equal(
    first?.body,
    `{"Zone":"firing","a":"b","entity_display_name":"${name('entity_display_name')}",` +
      `"entity_id":"${groupHash(FIRING.groupKey)}","message_type":"WARNING",` +
      `"monitoring_tool":"${name('monitoring_tool')}","state_message":"${name('state_message')}"}\n`,
  )
  assert.equal(JSON.parse(second?.body ?? '').message_type, 'RECOVERY')
})

test('a type that VictorOps does not know is critical, and a text is cut', async (t) => {
  const { server, tell } = await toldIntegration(t, 'victorops', {
    options: (url) =>
      `{api_key_file: key.txt, api_url: "${url}", routing_key: r, message_type: "{{ .Status }}", state_message: "${'ü'.repeat(20_481)}"}`,
    global: () => '{victorops_api_key: global}',
    files: { 'key.txt': 'from-file' },
  })
  await tell()
  assert.equal(server.requests[0]?.path, '/from-file/r')
  const { message_type, state_message } = JSON.parse(server.requests[0]!.body)
  assert.equal(message_type, 'CRITICAL')
  assert.equal(state_message, `${'ü'.repeat(20_479)}…`)
})

test('failures are told apart', (t) => checkRetries(t, 'victorops', { options }))

test('a configuration that cannot work is refused', () => {
  const rows: [options: string, message: string][] = [
    ['{api_key: k}', '4:3 missing Routing key in VictorOps config'],
    ['{routing_key: r}', '4:3 no global VictorOps API Key set'],
    ['{routing_key: r, api_key: k, api_key_file: f}', '4:32 at most one of api_key & api_key_file must be configured'],
    [
      '{routing_key: r, api_key: k, custom_fields: {entity_state: x}}',
      '4:48 victorOps config contains custom field entity_state which cannot be used as it conflicts with the fixed/static fields',
    ],
  ]
  for (const [own, message] of rows) assert.deepEqual(configErrors('victorops', own), [message], own)
  assert.deepEqual(configErrors('victorops', '{routing_key: r}', '{victorops_api_key_file: f}'), [])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRemoteWrite } from '../../../../collector/remote-write/out/config.ts'
import { remoteWriteConfig } from '../../../support/remote-write-harness.ts'

function problems(given: readonly Readonly<Record<string, unknown>>[], listen = ':9464'): string[] {
  const found: string[] = []
  const remotes = given.map((one) => remoteWriteConfig({ url: 'http://p:9090/api/v1/write', ...one }))
  checkRemoteWrite(remotes, { listen_address: listen }, (path, message) => found.push(`${path.join('.')}: ${message}`))
  return found
}

test('what the schema does not say is checked', () => {
  assert.deepEqual(problems([{}, { name: 'b', external_labels: { cluster: 'c' } }]), [])
  assert.match(problems([{}, {}])[0]!, /^remote_write\.1\.name: there is another/)
  assert.match(problems([{ write_relabel: [{ match: 'a=~"("' }] }])[0]!, /^remote_write\.0\.write_relabel\.0\.match: /)
  assert.match(problems([{ external_labels: { __a: 'b' } }])[0]!, /external_labels\.__a/)
  assert.match(problems([{ headers: { 'a b': 'c' } }])[0]!, /headers\.a b/)
  assert.match(problems([{ basic_auth: { username: 'u' }, bearer_token: 't' }])[0]!, /not both/)
})

test('a collector does not write to itself', () => {
  for (const url of ['http://localhost:9464/api/v1/write', 'http://127.0.0.1:9464/api/v1/push/']) {
    assert.match(problems([{ url }])[0]!, /itself/)
  }
  for (const url of [
    'http://localhost:9090/api/v1/write',
    'http://other:9464/api/v1/write',
    'http://localhost:9464/x',
  ]) {
    assert.deepEqual(problems([{ url }]), [])
  }
})

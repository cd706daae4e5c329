import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertmanagerService } from '../../alertmanager/service.ts'
import { runAskingReadiness } from '../support/readiness.ts'
import { temporaryDirectory } from '../support/temporary.ts'

test('the router is ready once its groups run, and not any more when it stops', async (t) => {
  const settings = [
    `storage.path=${temporaryDirectory(t)}`,
    'web.listen_addresses=["127.0.0.1:0"]',
    'config.file=""',
    'cluster.listen_address=""',
  ]
  const { starting, started, stopping } = await runAskingReadiness(alertmanagerService, settings, async ({ web }) => {
    assert.equal((await fetch(`${web}/api/v2/status`)).status, 200)
  })
  assert.match(starting.get('announcement')!, /^503 not ready: announcement not started\n$/)
  assert.equal(started, '200 OK\n')
  assert.equal([...stopping.values()][0], '503 not ready: stopping\n')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storeService } from '../../store/service.ts'
import { runAskingReadiness } from '../support/readiness.ts'
import { temporaryDirectory } from '../support/temporary.ts'

test('the store listens once its storage is open, is ready then, and not any more when it stops', async (t) => {
  const settings = [`data_dir=${temporaryDirectory(t)}`, 'listen_address=127.0.0.1:0']
  const { starting, started, stopping } = await runAskingReadiness(
    storeService,
    settings,
    async ({ elasticsearch }) => {
      assert.equal((await fetch(`${elasticsearch}/_cluster/health`)).status, 200)
    },
  )
  assert.deepEqual(new Set(starting.values()), new Set(['unreachable']))
  assert.equal(started, '200 OK\n')
  assert.equal([...stopping.values()][0], '503 not ready: stopping\n')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { whyNotReady } from '../../../alertmanager/process/readiness.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { captureServer } from '../support/capture-server.ts'
import { type RouterClient, startRouter } from '../support/router-process.ts'

const QUIET = 'route: {receiver: a}\nreceivers: [{name: a}]\n'

async function ask(router: RouterClient, path: string): Promise<string> {
  const response = await router.get(path)
  return `${response.status} ${await response.text()}`
}

test('not ready, but healthy, until the start delay is over', async (t) => {
  const router = await startRouter(t, temporaryDirectory(t), QUIET, ['--dispatch.start-delay=1h'])
  assert.equal(await ask(router, '/-/ready'), '503 not ready: notifications wait for --dispatch.start-delay\n')
  assert.equal(await ask(router, '/-/healthy'), '200 OK\n')

  const soon = await startRouter(t, temporaryDirectory(t), QUIET, ['--dispatch.start-delay=300ms'])
  while ((await soon.get('/-/ready')).status !== 200) await sleep(20)
})

test('not ready, but healthy, while what is under way ends after SIGTERM', async (t) => {
  const hook = await captureServer(t, () => ({ hang: true }))
  const yaml = `
route: {receiver: a, group_wait: 10ms}
receivers: [{name: a, webhook_configs: [{url: "${hook.url}/"}]}]
`
  const router = await startRouter(t, temporaryDirectory(t), yaml)
  assert.equal(await ask(router, '/-/ready'), '200 OK\n')
  await router.push([{ alertname: 'A' }])
  await hook.received(1)
  router.child.signal('SIGTERM')
  await router.child.printed(/msg=stopping/)
  assert.equal(await ask(router, '/-/ready'), '503 not ready: stopping\n')
  assert.equal(await ask(router, '/-/healthy'), '200 OK\n')
  await router.child.kill('SIGKILL')
})

test('each reason is named, those of the cluster too', () => {
  const [notReady, isDispatchDelayed] = [() => [], () => false]
  assert.deepEqual(whyNotReady({ notReady, isDispatchDelayed, cluster: { status: 'disabled' } }), [])
  assert.deepEqual(whyNotReady({ notReady, isDispatchDelayed, cluster: { status: 'ready' } }), [])
  assert.deepEqual(whyNotReady({ notReady, isDispatchDelayed, cluster: { status: 'settling' } }), [
    'the cluster is settling',
  ])
  assert.deepEqual(
    whyNotReady({ notReady: () => ['x not started'], isDispatchDelayed: () => true, cluster: { status: 'settling' } }),
    ['x not started', 'the cluster is settling', 'notifications wait for --dispatch.start-delay'],
  )
})

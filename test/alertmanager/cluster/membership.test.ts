import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { clusterOf, seen, startMember } from './cluster-process.ts'

test('three find each other from one address, notice who is killed, and take it back', async (t) => {
  const directory = temporaryDirectory(t)
  const a = await startMember(t, { directory, name: 'a' })
  const alone = await clusterOf(a)
  assert.deepEqual(alone, { name: 'a', peers: [{ name: 'a', address: a.address }], status: 'ready' })
  const [b, c] = await Promise.all(['b', 'c'].map((name) => startMember(t, { directory, name, peers: [a.address] })))
  await seen([a, b!, c!], 'a b c')
  assert.equal(await c!.router.metric('alertmanager_peer_position'), 2)
  assert.equal(await c!.router.metric('alertmanager_cluster_members'), 3)

  await a.router.child.kill('SIGKILL')
  await seen([b!, c!], 'b c')
  assert.equal(await b!.router.metric('alertmanager_peer_position'), 0)
  assert.equal(await b!.router.metric('alertmanager_cluster_failed_peers'), 1)

  const again = await startMember(t, { directory, name: 'a', peers: [c!.address] })
  await seen([again, b!, c!], 'a b c')
  assert.equal(await b!.router.metric('alertmanager_cluster_failed_peers'), 0)
  assert.equal(await b!.router.metric('alertmanager_peer_position'), 1)

  const { code } = await c!.router.child.kill('SIGTERM')
  assert.equal(code, 0)
  await seen([again, b!], 'a b')
  assert.equal(await b!.router.metric('alertmanager_cluster_failed_peers'), 0)
})

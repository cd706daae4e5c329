import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { type MemberProcess, peersOf, seen, startMember } from './cluster-process.ts'

/** A connection to the cluster port of somebody who is no member. */
async function strangerAt(t: Pick<TestContext, 'after'>, { address }: MemberProcess): Promise<Socket> {
  const [host, port] = address.split(':')
  const socket = connect(Number(port), host).on('error', () => {})
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  return socket.resume()
}

function closed(sockets: readonly Socket[]): Promise<unknown> {
  return Promise.all(sockets.map((socket) => socket.closed || once(socket, 'close')))
}

test('strangers who say nothing, too slowly, too much or nonsense are cut, and members come in beside them', async (t) => {
  const directory = temporaryDirectory(t)
  const a = await startMember(t, { directory, name: 'a', flags: ['--cluster.tcp-timeout=1500ms'] })

  const [nonsense, long, slow] = [await strangerAt(t, a), await strangerAt(t, a), await strangerAt(t, a)]
  nonsense.write(Buffer.from('\0\0\0\x10\x01{"protocol":"x"}'))
  long.write('GET / HTTP/1.1\r\n\r\n')
  await closed([nonsense, long])
  slow.write(Buffer.from([0, 0, 1, 0]))
  const trickle = setInterval(() => slow.write('{'), 100)
  t.after(() => clearInterval(trickle))
  const crowd = await Promise.all(Array.from({ length: 60 }, () => strangerAt(t, a)))

  const b = await startMember(t, { directory, name: 'b', peers: [a.address] })
  await seen([a, b], 'a b')
  await closed([slow, ...crowd])
  assert.equal(await a.router.metric('alertmanager_cluster_connections_refused_total{reason="protocol"}'), 2)
  assert.equal(await peersOf(a), 'a b')
})

test('of two with the same name the later one stays out, and both say so', async (t) => {
  const directory = temporaryDirectory(t)
  const a = await startMember(t, { directory, name: 'a' })
  const b = await startMember(t, { directory, name: 'b', peers: [a.address] })
  await seen([a, b], 'a b')
  const flags = ['--cluster.peer-name=b']
  const twin = await startMember(t, { directory, name: 'twin', peers: [a.address], flags })
  await twin.router.child.printed(/level=error [^\n]*change its --cluster\.peer-name/)
  await a.router.reached('alertmanager_cluster_peer_name_conflicts_total', 1)
  assert.deepEqual([await peersOf(a), await peersOf(b), await peersOf(twin)], ['a b', 'a b', 'b'])
})

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { encodeStatus } from '#lib/otlp/responses.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeKubelet } from '../../support/fake-kubelet.ts'
import { HttpPeer } from '../../support/http-peer.ts'
import { podListOf } from '../../support/pod-lists.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { runDoctor } from './doctor-run.ts'

test('a collector that takes a request without records, with our headers and compression', async (t) => {
  const directory = temporaryDirectory(t)
  const peer = await HttpPeer.start(t)
  const settings = [`ship.endpoints=["${peer.url}"]`, 'ship.headers={authorization: Bearer abc}']
  const { of } = await runDoctor({ directory, settings })
  assert.match(of('collector')[0]!, /^ok http:\/\/\S+: takes OTLP logs, \d+ ms$/)
  assert.deepEqual(of('clock'), [`ok agrees with that of ${peer.url}`])
  const [request] = peer.requests
  assert.equal(request!.url, '/v1/logs')
  assert.equal(request!.headers.authorization, 'Bearer abc')
  assert.equal(request!.headers['content-encoding'], 'zstd')
})

test('a clock that differs', async (t) => {
  const directory = temporaryDirectory(t)
  const peer = await HttpPeer.start(t)
  peer.answer = (response) => {
    response.setHeader('date', new Date(Date.now() - 120_000).toUTCString())
    response.end()
  }
  const { of } = await runDoctor({ directory, settings: [`ship.endpoints=["${peer.url}"]`] })
  assert.match(of('clock')[0]!, /^warn 2m\d?s? ahead of that of http:\S+ -> Run an NTP client/)
})

test('collectors that do not take it, each with its cure; one that does is enough', async (t) => {
  const directory = temporaryDirectory(t)
  const peer = await HttpPeer.start(t)
  const of = async (...endpoints: readonly string[]) => {
    const { findings } = await runDoctor({ directory, settings: [`ship.endpoints=${JSON.stringify(endpoints)}`] })
    return findings
      .filter(({ check }) => check === 'collector')
      .map(({ status, message, cure }) => `${status} ${message} -> ${cure ?? ''}`)
  }
  assert.match((await of('http://127.0.0.1:1'))[0]!, /^fail \S+: connect ECONNREFUSED .* -> Start the collector/)
  assert.match((await of('http://no-such-host.invalid'))[0]!, /^fail .* -> The name cannot be resolved here/)
  const cases = [
    [401, '', /^fail \S+: status 401 -> Check the credentials/],
    [404, '', /^fail \S+: status 404 -> Check the path/],
    [503, '', /^fail \S+: status 503 -> Look at the log of the collector/],
    [415, '', /^warn \S+: does not take zstd; gzip is used -> Set ship\.compression: gzip/],
    [400, 'no such tenant', /^fail \S+: refuses a request without records: no such tenant -> Check that this is/],
  ] as const
  for (const [status, message, expected] of cases) {
    peer.answer = (response) => response.writeHead(status).end(encodeStatus(message))
    assert.match((await of(peer.url))[0]!, expected)
  }
  peer.answer = (response) => response.end()
  const both = await of('http://127.0.0.1:1', peer.url)
  assert.match(both[0]!, /^warn http:\/\/127\.0\.0\.1:1: /)
  assert.match(both[1]!, /^ok /)
})

test('a kubelet that answers, refuses, or is that of another node', async (t) => {
  const directory = temporaryDirectory(t)
  new ContainerFiles(join(directory, 'pods'), 'web-0').write(['a'])
  const kubelet = await FakeKubelet.start(t, { plain: true })
  const settings = ['metadata.source=kubelet', `metadata.kubelet.url=${kubelet.url}`, 'metadata.kubelet.timeout=2s']
  const of = async (more: readonly string[] = []) =>
    (await runDoctor({ directory, settings: [...settings, ...more] })).of('metadata')[0]!
  kubelet.pods = podListOf('uid-web-0', 'uid-other')
  assert.equal(await of(), 'ok the kubelet answers with 2 pods, among them 1 of 1 that have logs here')
  kubelet.pods = podListOf('uid-other')
  assert.match(await of(), /^warn the kubelet answers with 1 pods, among them 0 of 1 .* -> Check that it is asked for/)
  kubelet.pods = (response) => response.writeHead(403).end('Forbidden (user=system:anonymous, verb=get, …)')
  assert.match(await of(), /^fail the kubelet at \S+ refuses \/pods to user system:anonymous \(403\); logs .* -> Bind/)
  assert.match(await of(['metadata.source=auto']), /^warn /)
  await kubelet.stop()
  assert.match(await of(), /^fail no connection to the kubelet .* -> Check metadata\.kubelet\.url/)
  const nobody = { directory, env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } }
  const unasked = await runDoctor({ ...nobody, settings: ['metadata.source=auto', 'metadata.kubelet.token_file='] })
  const lost = await runDoctor({ directory, settings: ['metadata.source=api', 'node_name=node-1'] })
  assert.match(lost.of('metadata')[0]!, /^fail .*API server.* -> /)
  assert.match(unasked.of('metadata')[0]!, /^warn nobody is asked: no token .* -> Set automountServiceAccountToken/)
})

test('an agent that runs already is asked how it is', async (t) => {
  const directory = temporaryDirectory(t)
  const peer = await HttpPeer.start(t)
  const address = peer.url.slice('http://'.length)
  const settings = [`web.listen_address=${address}`]
  const of = async () => (await runDoctor({ directory, settings })).of('agent')[0]!
  let ready = [200, 'OK\n'] as const as readonly [number, string]
  let age = 0
  peer.answer = (response, { url }) => {
    if (url === '/-/ready') response.writeHead(ready[0]).end(ready[1])
    else
      response.end(
        `vedette_agent_bytes_behind 2048\nvedette_agent_seconds_behind 3.2\nvedette_agent_checkpoint_age_seconds ${age}\n`,
      )
  }
  assert.equal(await of(), `ok ready at ${peer.url}, 2KiB and 3 s behind`)
  age = 600
  assert.match(await of(), /^warn ready .*; positions have not been written for 600 s -> Look at the disk/)
  ready = [503, 'not ready: discovery not started\n']
  assert.match(await of(), /^warn \S+: not ready: discovery not started -> /)
})

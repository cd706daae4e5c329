import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '#lib/clock.ts'
import { MetadataError } from '../../../agent/metadata/metadata-error.ts'
import { parsePods } from '../../../agent/metadata/parse-pods.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import {
  corpusPods,
  podListOf,
  podsByName,
  RECORDING_MISSING,
  recordedFile,
  recordedLinks,
} from '../../support/pod-lists.ts'

const options = { clock: systemClock, keepAnnotation: () => true, peer: 'KUBELET' as const }
const parse = (text: string | Buffer) => parsePods(Buffer.from(text), options)

test('a pod of a Deployment, field by field', async () => {
  const pod = (await podsByName(corpusPods('workloads'))).get('web-6d4cf56db6-x7k2p')!
  const { annotations, ...rest } = pod
  assert.deepEqual(rest, {
    uid: '0b5a4c51-7d3e-4f0e-9a51-3f1d6a1f0c01',
    otherUids: [],
    apiUid: '0b5a4c51-7d3e-4f0e-9a51-3f1d6a1f0c01',
    isStatic: false,
    namespace: 'shop',
    name: 'web-6d4cf56db6-x7k2p',
    nodeName: 'node-1',
    podIp: '10.244.0.20',
    isHostNetwork: false,
    startTime: '2026-11-20T10:00:01Z',
    labels: new Map([
      ['app', 'web'],
      ['app.kubernetes.io/name', 'web'],
      ['pod-template-hash', '6d4cf56db6'],
    ]),
    owner: { kind: 'ReplicaSet', name: 'web-6d4cf56db6' },
    containers: [
      {
        name: 'web',
        image: 'registry.example.test:5000/shop/web:1.4.2',
        imageId:
          'registry.example.test:5000/shop/web@sha256:6042f85a420afa94004f2d89d938dee634fbb3dc0f78ce47aa6235351fbd6211',
        runs: [
          {
            restartCount: 0,
            id: '8d5a02d3fc15122a9d9bd24c8afd304e973573284c3ebe045d8bc93959e0a906',
            startedAtMs: Date.parse('2026-11-20T10:00:03Z'),
            termination: undefined,
          },
        ],
      },
    ],
  })
  assert.equal(annotations.get('example.test/team'), 'checkout')
})

test('annotations are kept only if they are asked for', async () => {
  const { pods } = await parsePods(corpusPods('workloads'), {
    clock: systemClock,
    keepAnnotation: (key) => key === 'example.test/team',
    peer: 'KUBELET',
  })
  assert.deepEqual([...pods[0]!.annotations], [['example.test/team', 'checkout']])
})

test('a static pod has the UID of its manifest, and so has its mirror', async () => {
  const pods = await podsByName(corpusPods('static'))
  const { uid, otherUids, apiUid, isStatic } = pods.get('etcd-node-1')!
  assert.deepEqual([uid, otherUids, apiUid, isStatic], ['ea4b74a04a5403302b4d639046c85668', [], undefined, true])
  const mirror = pods.get('kube-apiserver-node-1')!
  assert.equal(mirror.uid, '859f5d80d15670d90c42de5eada36299')
  assert.equal(mirror.apiUid, '5d0b4c51-7d3e-4f0e-9a51-3f1d6a1f0c11')
  assert.deepEqual(mirror.otherUids, ['5d0b4c51-7d3e-4f0e-9a51-3f1d6a1f0c11'])
})

test('an API server knows a mirror pod by a UID of its own', async () => {
  const mirror = (await podsByName(corpusPods('static'), 'KUBE_API')).get('kube-apiserver-node-1')!
  const { uid, otherUids, apiUid } = mirror
  const own = '5d0b4c51-7d3e-4f0e-9a51-3f1d6a1f0c11'
  assert.deepEqual([uid, otherUids, apiUid], [own, ['859f5d80d15670d90c42de5eada36299'], own])
})

test('an ordinary pod cannot pass itself off as another by an annotation', async () => {
  const { uid, otherUids } = (await podsByName(corpusPods('workloads'))).get('web-6d4cf56db6-x7k2p')!
  assert.deepEqual([uid, otherUids], ['0b5a4c51-7d3e-4f0e-9a51-3f1d6a1f0c01', []])
})

test('ids of runs: of the current one and of the one before, of every kind of container', async () => {
  const { containers } = (await podsByName(corpusPods('restarts'))).get('many')!
  const runs = containers.map(({ name, runs }) => [name, runs.map(({ restartCount, id }) => `${restartCount} ${id}`)])
  assert.deepEqual(runs, [
    ['setup', ['0 setup-0']],
    ['crashing', ['7 crashing-7']],
    ['restarted', ['3 restarted-3', '2 restarted-2']],
    ['creating', []],
    ['debugger', ['0 debugger-0']],
  ])
})

test('how runs ended: what waits for its next start has its end in its last state', async () => {
  const { containers } = (await podsByName(corpusPods('restarts'))).get('many')!
  const ends = containers.flatMap(({ runs }) => runs.map(({ id, termination }) => [id, termination]))
  assert.deepEqual(ends, [
    ['setup-0', { reason: '', exitCode: 0, finishedAtMs: undefined }],
    ['crashing-7', { reason: '', exitCode: 1, finishedAtMs: undefined }],
    ['restarted-3', undefined],
    ['restarted-2', { reason: 'OOMKilled', exitCode: 137, finishedAtMs: undefined }],
    ['debugger-0', undefined],
  ])
})

test('the recorded pod that runs out of memory', { skip: RECORDING_MISSING }, async () => {
  const pods = await podsByName(recordedFile('kubelet/pods'))
  const oom = pods.get('oom-node-1')!
  const end = (finishedAt: string) => ({ reason: 'OOMKilled', exitCode: 137, finishedAtMs: Date.parse(finishedAt) })
  assert.deepEqual(oom.containers[0]!.runs, [
    {
      restartCount: 31,
      id: 'b22c76c006f2cdd714001b5e0c2b1c09d69dc886467c7d4b5367a31e16e80c6c',
      startedAtMs: Date.parse('2026-11-21T09:31:31Z'),
      termination: end('2026-11-21T09:31:36Z'),
    },
    {
      restartCount: 30,
      id: 'c8f1968031d60995f7a062b1fe3c0c23e3f9167e227fa2869c7d29c5b815d5f7',
      startedAtMs: Date.parse('2026-11-21T09:30:57Z'),
      termination: end('2026-11-21T09:31:03Z'),
    },
  ])
  assert.deepEqual([oom.isHostNetwork, pods.get('netpod-node-1')!.isHostNetwork], [true, false])
})

test('what is no pod is left out and counted, odd fields are left out', async () => {
  const { pods, skipped } = await parse(corpusPods('odd'))
  assert.deepEqual([pods.map(({ name }) => name), skipped], [['bare', 'twisted', 'last'], 8])
  const twisted = pods[1]!
  assert.deepEqual(
    [...twisted.labels],
    [
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['ok', '\ud800'],
    ],
  )
  assert.deepEqual([twisted.annotations.size, twisted.owner, twisted.nodeName], [0, undefined, ''])
  assert.deepEqual([twisted.startTime, twisted.podIp], [undefined, undefined])
  assert.deepEqual(twisted.containers, [{ name: 'app', image: 'twice', imageId: '', runs: [] }])
})

test('bounds: long values are cut, absurd ones left out, and so are too many pods and too large ones', async () => {
  const metadata = {
    ...{ name: 'big', namespace: 'shop', uid: 'uid' },
    labels: { long: 'x'.repeat(100_000), [`k${'k'.repeat(1_000)}`]: 'v', pair: `${'x'.repeat(255)}😀` },
    annotations: Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`a${index}`, 'v'])),
  }
  const { pods } = await parse(JSON.stringify({ items: [{ metadata }] }))
  assert.equal(pods[0]!.labels.get('long')?.length, 256)
  assert.equal(pods[0]!.labels.get('pair'), 'x'.repeat(255))
  assert.deepEqual([pods[0]!.labels.size, pods[0]!.annotations.size], [2, 256])

  const many = await parse(podListOf(...Array.from({ length: 10_005 }, (_, index) => `uid-${index}`)))
  assert.deepEqual([many.pods.length, many.skipped], [10_000, 1])
  const large = podListOf({ uid: 'large', labels: { a: 'x'.repeat(5 * 1024 ** 2) } }, 'small')
  const { pods: left, skipped } = await parse(large)
  assert.deepEqual([left.map(({ uid }) => uid), skipped], [['small'], 1])
})

test('no pods at all', async () => {
  for (const text of ['{"items":null}', '{"items":[]}', ' {"kind":"PodList", "items" : [ ] } ']) {
    assert.deepEqual(await parse(text), { pods: [], skipped: 0, version: undefined })
  }
})

test('what is no list of pods is refused', async () => {
  const whole = podListOf('uid-1', 'uid-2')
  const texts = [
    '',
    ' ',
    'null',
    '[]',
    '{}',
    '{"a":1}',
    '404 page not found',
    '<html></html>',
    '{"items"',
    '{"items":[}',
  ]
  for (const text of [...texts, '{"items":[{]}', '{"items":[{} {}]}', '{"items":[,]}', `{"a":"\\"`]) {
    await assert.rejects(parse(text), MetadataError, text)
  }
  for (let length = 0; length < whole.length; length++)
    await assert.rejects(parse(whole.slice(0, length)), MetadataError)
})

test('a list that takes too long is given up', async () => {
  const clock = new ManualClock()
  let atMs = 0
  clock.monotonicMs = () => (atMs += 1_000)
  await assert.rejects(parsePods(Buffer.from(podListOf(...'abcdefgh')), { ...options, clock }), /longer than 5000 ms/)
})

test('elements of the list are found as JSON.parse finds them', async () => {
  const list = fc.array(fc.jsonValue())
  const property = fc.asyncProperty(list, fc.jsonValue(), fc.boolean(), async (items, other, isLast) => {
    const json = isLast ? { other, items } : { items, 'it"ems': other }
    const { pods, skipped } = await parse(JSON.stringify(json, undefined, isLast ? 2 : 0))
    assert.equal(pods.length + skipped, items.length)
  })
  await fc.assert(property)
})

test('no shape of JSON makes it throw anything else', async () => {
  const keys = ['metadata', 'spec', 'status', 'name', 'namespace', 'uid', 'labels', 'annotations', 'ownerReferences']
  const deeper = ['containers', 'containerStatuses', 'restartCount', 'lastState', 'terminated', 'containerID', 'image']
  const key = fc.constantFrom(...keys, ...deeper, 'kubernetes.io/config.mirror', 'kubernetes.io/config.source')
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom('a', '', 'file', 0, 1, -1, null, true, 1e300, '2026-11-20T10:00:01Z'),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 9 }),
    ),
  }))
  await fc.assert(
    fc.asyncProperty(fc.array(tree, { maxLength: 4 }), async (items) => {
      const { pods, skipped } = await parse(JSON.stringify({ items }))
      assert.equal(pods.length + skipped, items.length)
    }),
  )
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(255), async (place, byte) => {
      const text = corpusPods('restarts')
      text[place % text.length] = byte
      await parse(text).catch((error: unknown) => assert.ok(error instanceof MetadataError))
    }),
  )
})

test('the recorded answer of a real kubelet', { skip: RECORDING_MISSING }, async () => {
  for (const page of ['kubelet/pods', 'kubelet/pods.30s-later']) {
    const { pods, skipped } = await parse(recordedFile(page))
    assert.deepEqual([pods.length, skipped], [12, 0])
    for (const pod of pods) {
      assert.match(pod.uid, /^[0-9a-f]{32}$/)
      assert.deepEqual([pod.isStatic, pod.apiUid, pod.nodeName], [true, undefined, 'node-1'])
      assert.equal(pod.labels.get('app.kubernetes.io/part-of'), 'fixture')
    }
  }
})

test('the ids of runs are those of the links that the real kubelet made', { skip: RECORDING_MISSING }, async () => {
  const { pods } = await parse(recordedFile('kubelet/pods'))
  const known = pods.flatMap(({ namespace, name, uid, containers }) =>
    containers.flatMap((container) =>
      container.runs.map(
        ({ restartCount, id }) => `${namespace}_${name}_${uid}/${container.name}/${restartCount} ${id}`,
      ),
    ),
  )
  const links = recordedLinks()
  assert.ok(links.length >= 14)
  for (const [name, target] of links) {
    const instance = target.replace('/var/log/pods/', '').replace('.log', '')
    assert.ok(known.includes(`${instance} ${name.slice(-68, -4)}`), target)
  }
})

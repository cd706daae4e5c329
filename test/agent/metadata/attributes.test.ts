import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EXPORT_REQUEST, RESOURCE_LOGS } from '#lib/otlp/fields.ts'
import { lengthDelimited } from '#lib/otlp/wire.ts'
import { createAttributeMapper } from '../../../agent/metadata/attributes.ts'
import { encodeContainerAttributes } from '../../../agent/metadata/encode-attributes.ts'
import { parseImage } from '../../../agent/metadata/image-reference.ts'
import type { PodMetadata } from '../../../agent/metadata/pod-metadata.ts'
import { decodeLogsRequest } from '../../support/otlp-proto.ts'
import { corpusPods, podsByName, RECORDING_MISSING, recordedFile } from '../../support/pod-lists.ts'

const DIGEST = 'sha256:6042f85a420afa94004f2d89d938dee634fbb3dc0f78ce47aa6235351fbd6211'
const none = createAttributeMapper({ labels: [], annotations: [] })
const byDefault = createAttributeMapper({ labels: ['*'], annotations: [] })

const web = async () => (await podsByName(corpusPods('workloads'))).get('web-6d4cf56db6-x7k2p')!
const withPairs = async (labels: Iterable<[string, string]>, annotations: Iterable<[string, string]> = []) => ({
  ...(await web()),
  labels: new Map(labels),
  annotations: new Map(annotations),
})

test('the attributes of a container, by default', async () => {
  assert.deepEqual(byDefault(await web(), 'web', 0), {
    attributes: [
      ['k8s.node.name', 'node-1'],
      ['k8s.pod.start_time', '2026-11-20T10:00:01Z'],
      ['k8s.replicaset.name', 'web-6d4cf56db6'],
      ['k8s.deployment.name', 'web'],
      ['container.id', '8d5a02d3fc15122a9d9bd24c8afd304e973573284c3ebe045d8bc93959e0a906'],
      ['container.image.name', 'registry.example.test:5000/shop/web'],
      ['container.image.tags', ['1.4.2']],
      ['container.image.repo_digests', [`registry.example.test:5000/shop/web@${DIGEST}`]],
      ['k8s.pod.label.app', 'web'],
      ['k8s.pod.label.app.kubernetes.io/name', 'web'],
      ['k8s.pod.label.pod-template-hash', '6d4cf56db6'],
    ],
    droppedCount: 0,
  })
})

test('container ids and images of runs and kinds of containers', async () => {
  const pod = (await podsByName(corpusPods('restarts'))).get('many')!
  const of = (container: string, restartCount: number) => none(pod, container, restartCount).attributes.slice(1)
  assert.deepEqual(of('restarted', 2)[0], ['container.id', 'restarted-2'])
  assert.deepEqual(of('restarted', 3)[0], ['container.id', 'restarted-3'])
  assert.deepEqual(of('restarted', 1)[0], ['container.image.name', 'app'])
  assert.deepEqual(of('setup', 0).at(-1), ['container.image.id', DIGEST])
  assert.deepEqual(of('crashing', 7).at(-1), ['container.image.repo_digests', [`app@${DIGEST}`]])
  assert.deepEqual(of('debugger', 0), [
    ['container.id', 'debugger-0'],
    ['container.image.name', 'busybox'],
    ['container.image.tags', ['latest']],
    ['container.image.repo_digests', [`docker.io/library/busybox@${DIGEST}`]],
  ])
  assert.deepEqual(of('unknown', 0), [])
  const pinned = (await podsByName(corpusPods('workloads'))).get('backup-29384756-9xkqz')!
  const image = none(pinned, 'work', 0).attributes.filter(([key]) => key.startsWith('container.'))
  assert.deepEqual(image, [
    ['container.image.name', 'backup'],
    ['container.image.repo_digests', [`backup@${DIGEST}`]],
  ])
})

test('names of images', () => {
  const cases: [string, string | undefined, (string | undefined)?, string?][] = [
    ['nginx', 'nginx', 'latest'],
    ['nginx:1.27', 'nginx', '1.27'],
    ['localhost:5000/nginx', 'localhost:5000/nginx', 'latest'],
    ['localhost:5000/team/nginx:1.27', 'localhost:5000/team/nginx', '1.27'],
    [`nginx@${DIGEST}`, 'nginx', undefined, DIGEST],
    [`localhost:5000/nginx:1.27@${DIGEST}`, 'localhost:5000/nginx', '1.27', DIGEST],
    ['nginx:', 'nginx'],
    [DIGEST, undefined],
    ['', undefined],
    [':tag', undefined],
    ['nginx@nonsense', undefined],
  ]
  for (const [image, name, tag, digest] of cases) {
    assert.deepEqual(parseImage(image), name === undefined ? undefined : { name, tag, digest }, image)
  }
})

test('labels and annotations by allow-lists', async () => {
  const pairs: [string, string][] = ['app', 'app.kubernetes.io/name', 'application', 'team'].map((key) => [key, 'v'])
  const pod = await withPairs(pairs, pairs)
  const keys = (labels: string[], annotations: string[]) =>
    createAttributeMapper({ labels, annotations })(pod, 'none', 0)
      .attributes.map(([key]) => key)
      .filter((key) => /label|annotation/.test(key))
  assert.deepEqual(keys([], []), [])
  assert.deepEqual(keys(['app'], ['team']), ['k8s.pod.label.app', 'k8s.pod.annotation.team'])
  assert.deepEqual(keys(['app.*', 'missing'], []), ['k8s.pod.label.app.kubernetes.io/name'])
  assert.equal(keys(['*'], ['app*']).length, 7)
})

test('caps: on their count, on their bytes, on the length of one, and on names that Elasticsearch refuses', async () => {
  const all = createAttributeMapper({ labels: ['*'], annotations: ['*'] })
  const pairsOf = (pod: PodMetadata) => {
    const { attributes, droppedCount } = all(pod, 'none', 0)
    return { pairs: attributes.filter(([key]) => key.startsWith('k8s.pod.')).slice(1), droppedCount }
  }
  const many = pairsOf(await withPairs(Array.from({ length: 100 }, (_, index) => [`l${index}`, 'v'])))
  assert.deepEqual([many.pairs.length, many.droppedCount], [64, 36])
  const heavy = Array.from({ length: 60 }, (_, index): [string, string] => [`a${index}`, 'é'.repeat(500)])
  const cut = pairsOf(await withPairs([], heavy))
  assert.equal(cut.pairs.length + cut.droppedCount, 60)
  assert.equal(cut.pairs.length, 16)
  const long = pairsOf(await withPairs([], [['a', `${'x'.repeat(1023)}😀`]]))
  assert.equal(long.pairs[0]![1], `${'x'.repeat(1023)}\ufffd`)
  const odd = pairsOf(await withPairs(['a..b', '.a', 'a.', ' ', 'a. .b', 'a.b'].map((key) => [key, 'v'])))
  assert.deepEqual([odd.pairs, odd.droppedCount], [[['k8s.pod.label.a.b', 'v']], 5])
})

test('attributes are encoded as a Resource has them', async () => {
  const text = fc.string({ unit: 'binary' })
  const attribute = fc.tuple(text, fc.oneof(text, fc.array(text, { maxLength: 3 })))
  await fc.assert(
    fc.property(fc.array(attribute, { maxLength: 5 }), fc.nat(1_000), (attributes, droppedCount) => {
      const encoded = encodeContainerAttributes({ attributes, droppedCount })
      const resourceLogs = lengthDelimited(RESOURCE_LOGS.resource, encoded)
      const { resource } = decodeLogsRequest(lengthDelimited(EXPORT_REQUEST.resourceLogs, resourceLogs))
        .resourceLogs![0]!
      const decoded = (resource?.attributes ?? []).map(({ key = '', value }) => [
        key,
        value?.stringValue ?? (value?.arrayValue?.values ?? []).map((element) => element.stringValue),
      ])
      assert.deepEqual(decoded, attributes)
      const { droppedAttributesCount = 0 } = (resource ?? {}) as { droppedAttributesCount?: number }
      assert.equal(droppedAttributesCount, droppedCount)
    }),
  )
})

test('attributes of every container of the recorded node', { skip: RECORDING_MISSING }, async () => {
  for (const pod of (await podsByName(recordedFile('kubelet/pods'))).values()) {
    for (const { name, runs } of pod.containers) {
      const { attributes } = byDefault(pod, name, runs[0]!.restartCount)
      const keys = attributes.map(([key]) => key).filter((key) => !key.startsWith('k8s.pod.label.'))
      const image = ['container.id', 'container.image.name', 'container.image.tags', 'container.image.id']
      assert.deepEqual(keys, ['k8s.node.name', 'k8s.pod.start_time', ...image])
    }
  }
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import * as collectorConfig from '../../collector/config.ts'
import { collectorService } from '../../collector/service.ts'
import { loadConfig } from '../../lib/config/load.ts'
import { parseServiceFlags } from '../../lib/process/flags.ts'
import * as storeConfig from '../../store/config.ts'
import { storeService } from '../../store/service.ts'
import {
  isOfKind,
  type KubernetesKinds,
  type KubernetesObject,
  type ObjectOf,
  problemsOf,
} from '../support/kubernetes-schema.ts'
import { findKustomize, KUSTOMIZE_ROOT, parseObjects } from '../support/kustomize.ts'

const BASE = join(KUSTOMIZE_ROOT, 'base')
const GIB = 1024 ** 3

const { resources, configMapGenerator } = parse(readFileSync(join(BASE, 'kustomization.yaml'), 'utf8')) as {
  resources: string[]
  configMapGenerator: { name: string; files: string[]; literals?: string[] }[]
}
const objects = resources.flatMap((file) => parseObjects(readFileSync(join(BASE, file), 'utf8')))
const find = <K extends keyof KubernetesKinds>(
  kind: K,
  name: string,
  among: readonly KubernetesObject[] = objects,
): ObjectOf<K> => {
  const found = among.filter((object) => isOfKind(object, kind)).find(({ metadata }) => metadata.name === name)
  assert.ok(found !== undefined, `${kind} ${name}`)
  return found
}
const literalsOf = (name: string) =>
  Object.fromEntries(
    configMapGenerator.find((map) => map.name === name)!.literals?.map((text) => text.split(/=(.*)/s)) ?? [],
  )

/** What the container of a StatefulSet runs with. */
function podOf(name: string, among?: readonly KubernetesObject[]) {
  const { spec } = find('StatefulSet', name, among)
  const pod = spec!.template.spec!
  assert.equal(pod.containers.length, 1)
  return { set: spec!, pod, container: pod.containers[0]! }
}

const portOf = (address: string) => Number(address.split(':').at(-1))
const env = literalsOf('vedette-collector')
const collector = loadConfig(collectorConfig, { file: join(BASE, 'collector.yaml'), env })
const store = loadConfig(storeConfig, { file: join(BASE, 'store.yaml'), env: {} })

const SERVERS = {
  'vedette-collector': {
    config: collector,
    ports: {
      'otlp-grpc': portOf(collector.otlp.grpc.listen_address),
      'otlp-http': portOf(collector.otlp.http.listen_address),
      web: portOf(collector.web.listen_address),
    },
    web: 'web',
    diskBytes: collector.queue.max_bytes + collector.dead_letter.max_bytes + collector.queue.min_free_bytes,
  },
  'vedette-store': {
    config: store,
    ports: { elasticsearch: portOf(store.listen_address) },
    web: 'elasticsearch',
    diskBytes: store.retention.max_bytes + store.retention.min_free_bytes,
  },
}

for (const [name, { config, ports, web, diskBytes }] of Object.entries(SERVERS)) {
  test(`${name} has no rights in the cluster or on the node, and writes to its volume only`, () => {
    const { pod, container, set } = podOf(name)
    assert.equal(pod.automountServiceAccountToken, false)
    assert.equal(pod.serviceAccountName, undefined)
    assert.equal(pod.securityContext!.runAsNonRoot, true)
    assert.deepEqual(pod.securityContext!.seccompProfile, { type: 'RuntimeDefault' })
    assert.equal(pod.securityContext!.fsGroup, pod.securityContext!.runAsUser)
    assert.deepEqual(container.securityContext, {
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    })
    for (const share of ['hostNetwork', 'hostPID', 'hostIPC'] as const) assert.equal(pod[share], undefined)
    assert.ok(pod.volumes!.every(({ hostPath }) => hostPath === undefined))
    const writable = container.volumeMounts!.filter(({ readOnly }) => readOnly !== true)
    const [claim] = set.volumeClaimTemplates!
    assert.deepEqual(writable, [{ name: claim!.metadata!.name!, mountPath: config.data_dir }])
  })

  test(`${name} has a volume for what it may keep, and time to end`, () => {
    const { pod, set } = podOf(name)
    const storage = set.volumeClaimTemplates![0]!.spec!.resources!.requests!.storage as string
    assert.match(storage, /^\d+Gi$/)
    assert.ok(diskBytes < Number.parseInt(storage, 10) * GIB, `${diskBytes} bytes in ${storage}`)
    assert.ok(pod.terminationGracePeriodSeconds! * 1000 >= config.shutdown.drain_timeout + 5_000)
  })

  test(`the Service, the probes and the policy of ${name} meet the ports that it listens on`, () => {
    const { container, set } = podOf(name)
    const named = (container.ports ?? []).map((port) => [port.name, port.containerPort])
    assert.deepEqual(Object.fromEntries(named), ports)
    const service = find('Service', set.serviceName!).spec!
    assert.deepEqual(Object.fromEntries(service.ports!.map(({ name: port, port: number }) => [port, number])), ports)
    assert.ok(service.ports!.every(({ name: port, targetPort }) => port === targetPort))
    const labels = set.template.metadata!.labels!
    for (const selector of [service.selector!, set.selector.matchLabels!]) {
      for (const [key, value] of Object.entries(selector)) assert.equal(labels[key], value)
    }
    for (const probe of [container.livenessProbe!, container.readinessProbe!, container.startupProbe!]) {
      assert.equal(probe.httpGet!.port, web)
    }
    assert.equal(
      set.template.metadata!.annotations!['prometheus.io/port'],
      String((ports as Record<string, number>)[web]),
    )
    const policy = find('NetworkPolicy', name).spec!
    for (const [key, value] of Object.entries(policy.podSelector!.matchLabels!)) assert.equal(labels[key], value)
    const allowed = policy.ingress!.flatMap((rule) => rule.ports!.map(({ port }) => port))
    assert.deepEqual(allowed.sort(), Object.values(ports).sort())
    const open = policy.ingress!.filter(({ from }) => from === undefined).flatMap((rule) => rule.ports!)
    assert.deepEqual(
      open.map(({ port }) => port),
      name === 'vedette-store' ? [] : [4317, 4318],
      'what shows logs is not for all of the cluster',
    )
  })
}

test('agents find the collector, and the collector the store', () => {
  assert.equal(literalsOf('vedette-agent').COLLECTOR_URL, 'http://vedette-collector:4318')
  assert.deepEqual(collector.elasticsearch.nodes, ['http://vedette-store:9200'])
  assert.equal(find('Service', 'vedette-collector').spec!.clusterIP, 'None')
  const variable = podOf('vedette-collector').container.env!.find(({ name }) => name === 'ELASTICSEARCH_URL')!
  assert.equal(variable.valueFrom!.configMapKeyRef!.name, 'vedette-collector')
})

test('both start as their arguments say, with the configuration of the base', () => {
  for (const [name, service] of [
    ['vedette-collector', collectorService],
    ['vedette-store', storeService],
  ] as const) {
    const [verb, ...flags] = podOf(name).container.args!
    assert.equal(verb, service.name)
    const { sources } = parseServiceFlags(flags, service.flags)
    assert.equal(sources.file, `/etc/vedette/${service.name}.yaml`)
  }
})

const kustomize = findKustomize()
const skip = kustomize?.isModern === true ? false : 'there is no kustomize, and no kubectl from 1.21 on'

test('an overlay has Elasticsearch in place of the store, with a key from a Secret', { skip }, () => {
  const rendered = kustomize!.render('examples/elasticsearch')
  for (const object of rendered) assert.deepEqual(problemsOf(object), [], object.kind)
  assert.ok(rendered.every(({ metadata }) => metadata.name !== 'vedette-store'))
  const { pod, container } = podOf('vedette-collector', rendered)
  const mount = container.volumeMounts!.find(({ name }) => name === 'elasticsearch')!
  assert.equal(pod.volumes!.find(({ name }) => name === 'elasticsearch')!.secret!.secretName, 'vedette-elasticsearch')
  // Any file that can be read here stands for the key of the Secret.
  const flags = container
    .args!.slice(1)
    .map((arg) => arg.replace(mount.mountPath, BASE).replace('api-key', 'store.yaml'))
  const { sources } = parseServiceFlags(
    flags.filter((flag) => !flag.startsWith('--config.file')),
    collectorService.flags,
  )
  const config = loadConfig(collectorConfig, { ...sources, env: {} })
  assert.equal(config.elasticsearch.api_key, readFileSync(join(BASE, 'store.yaml'), 'utf8').trimEnd())
})

test('an overlay lets Grafana and Prometheus in', { skip }, () => {
  const rendered = kustomize!.render('examples/grafana')
  for (const object of rendered) assert.deepEqual(problemsOf(object), [], object.kind)
  const policy = find('NetworkPolicy', 'vedette-readers', rendered)
  assert.equal(policy.metadata!.namespace, 'vedette')
})

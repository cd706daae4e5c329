import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import * as agentConfig from '../../agent/config.ts'
import { loadConfig } from '../../lib/config/load.ts'
import { readVersion } from '../../lib/version.ts'
import {
  isOfKind,
  type KubernetesKinds,
  type KubernetesObject,
  type ObjectOf,
  problemsOf,
} from '../support/kubernetes-schema.ts'
import { findKustomize, KUSTOMIZE_ROOT, parseObjects } from '../support/kustomize.ts'

const BASE = join(KUSTOMIZE_ROOT, 'base')
const NAME = 'vedette-agent'

interface Kustomization {
  readonly namespace: string
  readonly resources: readonly string[]
  readonly configMapGenerator: readonly { name: string; files: readonly string[]; literals: readonly string[] }[]
  readonly images: readonly { name: string; newTag: string }[]
}

const METADATA_API_RULES = [
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
  { apiGroups: [''], resources: ['nodes/metrics', 'nodes/stats'], verbs: ['get'] },
]

const read = (file: string) => readFileSync(join(BASE, file), 'utf8')
const kustomization = parse(read('kustomization.yaml')) as Kustomization
const objects = kustomization.resources.flatMap((file) => parseObjects(read(file)))
const one = <K extends keyof KubernetesKinds>(kind: K, among: readonly KubernetesObject[] = objects): ObjectOf<K> => {
  const found = among.filter((object) => isOfKind(object, kind))
  assert.equal(found.length, 1, kind)
  return found[0]!
}

const mapOfAgent = (rendered: readonly KubernetesObject[]) =>
  one(
    'ConfigMap',
    rendered.filter(({ metadata }) => metadata.name.startsWith(NAME)),
  )

const daemonSet = one('DaemonSet').spec!
const pod = daemonSet.template.spec!
const agent = pod.containers[0]!
const LOGS = '/var/log'
const hostPathAt = (path: string) => {
  const mount = agent.volumeMounts!.find(({ mountPath }) => mountPath === path)
  return { mount, hostPath: pod.volumes!.find(({ name }) => name === mount?.name)?.hostPath }
}

/** As the kubelet would fill it in, on a node with an awkward name. */
const FIELDS: Readonly<Record<string, string>> = {
  'spec.nodeName': '1e3',
  'status.hostIP': '192.0.2.7',
  'status.podIP': '2001:db8::7',
  'metadata.uid': '6b1f1c9e-1f0e-4f0b-9d3a-0a6f6f1f2a3b',
}
const literals = Object.fromEntries(kustomization.configMapGenerator[0]!.literals.map((text) => text.split(/=(.*)/s)))
const env = Object.fromEntries(
  agent.env!.map(({ name, valueFrom }) => {
    if (valueFrom?.configMapKeyRef === undefined) return [name, FIELDS[valueFrom?.fieldRef?.fieldPath ?? '']]
    assert.equal(valueFrom.configMapKeyRef.name, kustomization.configMapGenerator[0]!.name)
    return [name, literals[valueFrom.configMapKeyRef.key]]
  }),
)
const config = loadConfig(agentConfig, { file: join(BASE, 'agent.yaml'), env })

test('every file of the base is named in its kustomization, and every object is valid', () => {
  const files = kustomization.configMapGenerator.flatMap((generator) => generator.files)
  const named = [...kustomization.resources, ...files, 'kustomization.yaml']
  assert.deepEqual(readdirSync(BASE).sort(), named.sort())
  for (const object of objects) assert.deepEqual(problemsOf(object), [], object.kind)
})

test('the schemas find unknown fields, wrong types, and values that are none', () => {
  const wrong = structuredClone(one('DaemonSet'))
  const container = wrong.spec!.template.spec!.containers[0]!
  Object.assign(container.securityContext!, { readonlyRootFilesystem: true })
  Object.assign(container.ports![0]!, { containerPort: 'web' })
  Object.assign(container, { imagePullPolicy: 'Sometimes' })
  Object.assign(container.volumeMounts![1]!, { mountpath: '/' })
  Object.assign(container.resources!.limits!, { memory: '256 MB' })
  const at = '/spec/template/spec/containers/0'
  assert.deepEqual([...new Set(problemsOf(wrong).map((problem) => problem.replace(/:.*/, '')))].sort(), [
    `${at}/imagePullPolicy`,
    `${at}/ports/0/containerPort`,
    `${at}/resources/limits/memory`,
    `${at}/securityContext/readonlyRootFilesystem`,
    `${at}/volumeMounts/1/mountpath`,
  ])
})

test('the agent accepts its configuration, and knows its node and itself', () => {
  assert.equal(config.node_name, '1e3')
  assert.equal(config.logs.own_pod_uid, FIELDS['metadata.uid'])
  assert.deepEqual(config.ship.endpoints, ['http://vedette-collector:4318'])
  assert.equal(config.web.listen_address, '[2001:db8::7]:9465')
  const ofV4 = loadConfig(agentConfig, { file: join(BASE, 'agent.yaml'), env: { ...env, POD_IP: '192.0.2.9' } })
  assert.equal(ofV4.web.listen_address, '[192.0.2.9]:9465')
  // The client of the kubelet reads it from the environment, not from the configuration.
  assert.equal(env.NODE_IP, FIELDS['status.hostIP'])
})

test('what the configuration names is mounted: logs with room for links beside them, state to keep', () => {
  assert.equal(dirname(config.logs.pods_dir), LOGS)
  assert.equal(config.logs.spool.dir, undefined, 'beside the logs')
  const logs = hostPathAt(LOGS)
  assert.deepEqual(logs.hostPath, { path: LOGS, type: 'Directory' })
  assert.notEqual(logs.mount!.readOnly, true)
  const state = hostPathAt(config.state_dir)
  assert.deepEqual(state.hostPath, { path: config.state_dir, type: 'DirectoryOrCreate' })
  assert.notEqual(state.mount!.readOnly, true)
  assert.deepEqual(agent.volumeMounts!.filter(({ readOnly }) => readOnly !== true).length, 2)
  const file = agent.args!.find((arg) => arg.startsWith('--config.file='))!.slice('--config.file='.length)
  const mount = agent.volumeMounts!.find(({ mountPath }) => file.startsWith(`${mountPath}/`))!
  const volume = pod.volumes!.find(({ name }) => name === mount.name)!
  assert.equal(volume.configMap!.name, kustomization.configMapGenerator[0]!.name)
  assert.deepEqual(
    volume.configMap!.items!.map(({ path }) => `${mount.mountPath}/${path}`),
    [file],
  )
})

test('the service account may get pods, metrics and stats of nodes, and nothing else', () => {
  assert.deepEqual(one('ClusterRole').rules, [
    { apiGroups: [''], resources: ['nodes/pods', 'nodes/metrics', 'nodes/stats'], verbs: ['get'] },
  ])
  const { roleRef, subjects } = one('ClusterRoleBinding')
  assert.deepEqual(roleRef, { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME })
  assert.deepEqual(subjects, [{ kind: 'ServiceAccount', name: NAME, namespace: kustomization.namespace }])
  assert.equal(pod.serviceAccountName, NAME)
  assert.equal(pod.automountServiceAccountToken, true)
  assert.equal(config.metadata.source, 'kubelet')
})

test('the component for the API server asks for lists and watches of pods, and nothing else', () => {
  const component = join(KUSTOMIZE_ROOT, 'components/metadata-api')
  const { patches } = parse(readFileSync(join(component, 'kustomization.yaml'), 'utf8')) as {
    patches: { path: string }[]
  }
  const patched = patches.flatMap(({ path }) => parseObjects(readFileSync(join(component, path), 'utf8')))
  assert.deepEqual(one('ClusterRole', patched).rules, METADATA_API_RULES)
  const patch = one('DaemonSet', patched).spec!.template.spec!.containers[0]!
  const [override, ...others] = patch.args!.filter((arg) => !agent.args!.includes(arg))
  assert.deepEqual(patch.args, [...agent.args!, override])
  assert.deepEqual(others, [])
  const overrides = [override!.slice('--set='.length)]
  const ofApi = loadConfig(agentConfig, { file: join(BASE, 'agent.yaml'), env, overrides })
  assert.equal(ofApi.metadata.source, 'api')
  assert.notEqual(ofApi.node_name, '')
})

test('the container is root with one capability, and has nothing of the host but its directories', () => {
  assert.equal(pod.containers.length, 1)
  assert.deepEqual(agent.securityContext, {
    ...{ runAsUser: 0, runAsGroup: 0, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
    capabilities: { drop: ['ALL'], add: ['DAC_READ_SEARCH'] },
  })
  assert.deepEqual(pod.securityContext, { seccompProfile: { type: 'RuntimeDefault' } })
  for (const share of ['hostNetwork', 'hostPID', 'hostIPC'] as const) assert.equal(pod[share], undefined)
  const hostPaths = pod.volumes!.flatMap(({ hostPath }) => (hostPath === undefined ? [] : [hostPath.path]))
  assert.deepEqual(hostPaths, [LOGS, config.state_dir, '/'])
  const root = agent.volumeMounts!.find(({ name }) => name === 'root')!
  assert.deepEqual([root.readOnly, root.mountPropagation], [true, 'HostToContainer'])
  const { containers, node } = config.gather
  for (const path of [containers.cgroup_root, containers.proc_root, node.proc_root, node.sys_root, node.rootfs]) {
    assert.ok(`${path}/`.startsWith(`${root.mountPath}/`), path)
  }
})

test('it runs on every node of Linux, and a rollout takes a tenth of them at a time', () => {
  assert.deepEqual(pod.tolerations, [{ operator: 'Exists' }])
  assert.deepEqual(pod.nodeSelector, { 'kubernetes.io/os': 'linux' })
  assert.deepEqual(daemonSet.updateStrategy, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } })
  const labels = daemonSet.template.metadata!.labels!
  for (const [key, value] of Object.entries(daemonSet.selector.matchLabels!)) assert.equal(labels[key], value)
})

test('probes and scrapes meet the port that the agent listens on', () => {
  const port = Number(config.web.listen_address.split(':').at(-1))
  assert.deepEqual(agent.ports, [{ name: 'web', containerPort: port, protocol: 'TCP' }])
  assert.deepEqual(agent.livenessProbe!.httpGet, { path: '/-/healthy', port: 'web' })
  assert.deepEqual(agent.readinessProbe!.httpGet, { path: '/-/ready', port: 'web' })
  assert.deepEqual(daemonSet.template.metadata!.annotations, {
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': String(port),
    'prometheus.io/path': '/metrics',
  })
})

test('the kubelet waits longer for the end than the agent drains, with time to spare', () => {
  assert.ok(pod.terminationGracePeriodSeconds! * 1000 >= config.shutdown.drain_timeout + 5_000)
})

test('the image has the version of the package', () => {
  assert.deepEqual(kustomization.images, [{ name: agent.image, newTag: readVersion() }])
})

const kustomize = findKustomize()
const missing = kustomize === undefined && "neither kustomize nor kubectl is installed; Debian's is kubernetes-client"
const old = kustomize?.isModern === false && 'kustomize is older than 2.1 (kubectl before 1.21)'

test('kustomize renders the base to valid objects of one namespace', { skip: missing }, () => {
  const rendered = kustomize!.render('base')
  for (const object of rendered) {
    assert.deepEqual(problemsOf(object), [], object.kind)
    const isOfCluster = ['ClusterRole', 'ClusterRoleBinding', 'Namespace'].includes(object.kind)
    assert.equal(object.metadata.namespace, isOfCluster ? undefined : kustomization.namespace, object.kind)
  }
  const maps = kustomization.configMapGenerator.map(() => 'ConfigMap')
  assert.deepEqual(rendered.map(({ kind }) => kind).sort(), [...objects.map(({ kind }) => kind), ...maps].sort())
  const configMap = mapOfAgent(rendered)
  assert.equal(configMap.data!['agent.yaml'], read('agent.yaml'))
  const spec = one('DaemonSet', rendered).spec!.template.spec!
  assert.equal(spec.containers[0]!.image, `${agent.image}:${readVersion()}`)
  assert.equal(
    spec.volumes!.find((volume) => volume.configMap !== undefined)!.configMap!.name,
    configMap.metadata!.name,
  )
  const fromMap = spec.containers[0]!.env!.find(({ name }) => name === 'COLLECTOR_URL')!.valueFrom!.configMapKeyRef!
  assert.equal(fromMap.name, configMap.metadata!.name)
})

test('an overlay has agents alone, sets the collector and the registry, and rolls the agents', {
  skip: missing || old,
}, () => {
  const rendered = kustomize!.render('examples/elsewhere')
  for (const object of rendered) assert.deepEqual(problemsOf(object), [], object.kind)
  const { data, metadata } = mapOfAgent(rendered)
  assert.deepEqual(
    rendered.filter(({ kind }) => ['StatefulSet', 'Service', 'NetworkPolicy'].includes(kind)),
    [],
  )
  assert.equal(data!.COLLECTOR_URL, 'http://collector.example.com:4318')
  assert.equal(data!['agent.yaml'], read('agent.yaml'))
  assert.notEqual(metadata!.name, mapOfAgent(kustomize!.render('base')).metadata!.name)
  const image = one('DaemonSet', rendered).spec!.template.spec!.containers[0]!.image
  assert.equal(image, `registry.example.com/vedette:${readVersion()}`)
})

test("an overlay mounts Docker's directory beside the others", { skip: missing || old }, () => {
  const rendered = kustomize!.render('examples/docker')
  for (const object of rendered) assert.deepEqual(problemsOf(object), [], object.kind)
  const { volumes, containers } = one('DaemonSet', rendered).spec!.template.spec!
  const path = '/var/lib/docker/containers'
  assert.equal(volumes!.length, pod.volumes!.length + 1)
  assert.deepEqual(
    volumes!.find(({ name }) => name === 'docker-logs'),
    { name: 'docker-logs', hostPath: { path, type: 'Directory' } },
  )
  const mount = containers[0]!.volumeMounts!.find(({ mountPath }) => mountPath === path)
  assert.deepEqual(mount, { name: 'docker-logs', mountPath: path, readOnly: true })
})

test('a component has the API server asked in place of the kubelet', { skip: missing || old }, () => {
  const rendered = kustomize!.render('examples/metadata-api')
  for (const object of rendered) assert.deepEqual(problemsOf(object), [], object.kind)
  assert.deepEqual(one('ClusterRole', rendered).rules, METADATA_API_RULES)
  const { args } = one('DaemonSet', rendered).spec!.template.spec!.containers[0]!
  assert.deepEqual(args, [...agent.args!, '--set=metadata.source=api'])
})

test('a component has nothing of the node mounted but its logs', { skip: missing || old }, () => {
  const rendered = kustomize!.render('examples/without-metrics')
  for (const object of rendered) assert.deepEqual(problemsOf(object), [], object.kind)
  const { volumes, containers } = one('DaemonSet', rendered).spec!.template.spec!
  assert.equal(volumes!.length, pod.volumes!.length - 1)
  assert.ok([...volumes!, ...containers[0]!.volumeMounts!].every(({ name }) => name !== 'root'))
  assert.deepEqual(containers[0]!.args, [...agent.args!, '--set=gather.enabled=false'])
  const rules = one('ClusterRole', rendered).rules!
  assert.deepEqual(rules, [{ apiGroups: [''], resources: ['nodes/pods'], verbs: ['get'] }])
})

test('a component has the logs of pods mounted to read only', { skip: missing || old }, () => {
  const rendered = kustomize!.render('examples/read-only-logs')
  for (const object of rendered) assert.deepEqual(problemsOf(object), [], object.kind)
  const { volumes, containers } = one('DaemonSet', rendered).spec!.template.spec!
  const path = config.logs.pods_dir
  const mounts = containers[0]!.volumeMounts!.filter(({ name }) => name === 'logs')
  assert.deepEqual(mounts, [{ name: 'logs', mountPath: path, readOnly: true }])
  assert.deepEqual(
    volumes!.find(({ name }) => name === 'logs'),
    { name: 'logs', hostPath: { path, type: 'Directory' } },
  )
  assert.equal(volumes!.length, pod.volumes!.length)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as agentConfig from '../../agent/config.ts'
import { podAttributes } from '../../agent/enrich/process-resource.ts'
import { agentService } from '../../agent/service.ts'
import { loadConfig } from '../../lib/config/load.ts'
import { parseServiceFlags } from '../../lib/process/flags.ts'
import { isOfKind, problemsOf } from '../support/kubernetes-schema.ts'
import { findKustomize } from '../support/kustomize.ts'

const kustomize = findKustomize()
const skip = kustomize?.isModern === true ? false : 'there is no kustomize, and no kubectl from 1.21 on'

const configOf = (args: readonly string[] = []) => {
  const flags = args.filter((arg) => arg !== 'agent' && !arg.startsWith('--config.file'))
  return loadConfig(agentConfig, { ...parseServiceFlags(flags, agentService.flags).sources, env: {} })
}

/** What a DaemonSet of an overlay reads, and what it has mounted for it. */
function renderSet(overlay: string) {
  const rendered = kustomize!.render(overlay)
  for (const object of rendered) assert.deepEqual(problemsOf(object), [], object.kind)
  const set = rendered.find((object) => isOfKind(object, 'DaemonSet'))!
  const { containers, volumes } = set.spec!.template.spec!
  const mounts = containers[0]!.volumeMounts!.filter(({ mountPath }) => mountPath === '/var/log')
  assert.deepEqual(
    mounts.map(({ name }) => volumes!.find((volume) => volume.name === name)!.hostPath!.path),
    ['/var/log'],
  )
  // Or no links to what is not delivered could be made.
  assert.notEqual(mounts[0]!.readOnly, true)
  return { container: containers[0]!, config: configOf(containers[0]!.args) }
}

test('an overlay says which of the node’s files are read', { skip }, () => {
  const { files, logs } = renderSet('examples/node-logs').config
  assert.equal(logs.enabled, true)
  const paths = ['/var/log/{syslog,messages,auth.log,kern.log,kubelet.log}', '/var/log/kubernetes/audit/*.log']
  assert.deepEqual([files.length, files[0]!.paths, files[0]!.start], [1, paths, 'end'])
})

test('an overlay reads the journal of the node, with an image of its own', { skip }, () => {
  const { container, config } = renderSet('examples/journald')
  const { enabled, directory } = config.journald
  assert.deepEqual([enabled, directory, config.logs.enabled], [true, '/var/log/journal', true])
  assert.equal(container.image, 'registry.example.com/vedette:0.1.0-journald')
})

test('a sidecar reads the files of its volume, without rights in the cluster or on the node', { skip }, () => {
  const [deployment, ...others] = kustomize!.render('examples/sidecar')
  assert.deepEqual([problemsOf(deployment!), others], [[], []])
  assert.ok(isOfKind(deployment!, 'Deployment'))
  const spec = deployment.spec!.template.spec!
  assert.equal(spec.automountServiceAccountToken, false)
  assert.ok(spec.volumes!.every(({ hostPath }) => hostPath === undefined))
  const agent = spec.initContainers!.find(({ name }) => name === 'agent')!
  const { files, logs, state_dir } = configOf(agent.args)
  assert.deepEqual(
    files.map(({ paths }) => paths),
    [['/logs/*.log']],
  )
  assert.equal(logs.enabled, false)
  const mountAt = (path: string) => agent.volumeMounts!.find(({ mountPath }) => mountPath === path)
  assert.deepEqual([mountAt('/logs')?.readOnly, mountAt(state_dir)?.name], [true, 'state'])
  assert.ok(
    spec.containers.some(({ volumeMounts }) => volumeMounts?.some(({ name }) => name === mountAt('/logs')?.name)),
  )
  const env = Object.fromEntries(agent.env!.map(({ name, value }) => [name, value ?? 'from the downward API']))
  const attributes = ['k8s.namespace.name', 'k8s.pod.name', 'k8s.pod.uid', 'k8s.container.name', 'k8s.node.name']
  assert.deepEqual(Object.keys(podAttributes(env)), attributes)
})

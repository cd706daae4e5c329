import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkConfig } from '#lib/config/load.ts'
import { section } from '#lib/config/schema.ts'
import { createEvents } from '#lib/events.ts'
import { systemFiles } from '#lib/files.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { type MetadataConfig, metadataSection } from '../../../agent/metadata/config.ts'
import { createPodCache } from '../../../agent/metadata/create-pod-cache.ts'
import { METADATA_EVENTS } from '../../../agent/metadata/events.ts'
import { createKeyFilter } from '../../../agent/metadata/key-patterns.ts'
import { kubeApiUrlOf } from '../../../agent/metadata/kube-api-url.ts'
import { kubeletUrlOf } from '../../../agent/metadata/kubelet-url.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const schema = section('The whole.', { metadata: metadataSection() })

function load(...overrides: string[]) {
  return checkConfig<{ metadata: MetadataConfig }>({ schema }, { overrides, env: {} })
}
function metadataOf(...overrides: string[]): MetadataConfig {
  const result = load(...overrides)
  assert.ok(result.ok)
  return result.config.metadata
}

function eventsOf(lines: string[]) {
  const logger = createLogger({ service: 'agent', level: 'info', format: 'logfmt', write: (line) => lines.push(line) })
  const clock = new ManualClock()
  const registry = createRegistry('agent', '0')
  return { clock, events: createEvents('vedette_agent', METADATA_EVENTS, { clock, logger, registry }) }
}

test('the defaults load without anything in the environment', () => {
  assert.deepEqual(metadataOf(), {
    source: 'auto',
    kubelet: {
      token_file: '/var/run/secrets/kubernetes.io/serviceaccount/token',
      ca_file: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
      insecure_skip_verify: false,
      timeout: 10_000,
    },
    api: {
      token_file: '/var/run/secrets/kubernetes.io/serviceaccount/token',
      ca_file: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
      timeout: 30_000,
    },
    refresh_interval: 30_000,
    labels: ['*'],
    annotations: [],
  })
})

test('patterns of keys have their star at the end', () => {
  assert.deepEqual(metadataOf('metadata.annotations=[team, example.test/*]').annotations, ['team', 'example.test/*'])
  for (const bad of ['[a*b]', '["*a"]', '[""]', '["a b"]']) assert.ok(!load(`metadata.labels=${bad}`).ok, bad)
  const keep = createKeyFilter(['team', 'example.test/*'])
  const kept = ['team', 'teams', 'example.test/', 'example.test/a', 'example.test'].filter(keep)
  assert.deepEqual(kept, ['team', 'example.test/', 'example.test/a'])
  assert.ok(createKeyFilter(['*'])('anything'))
  assert.ok(!createKeyFilter([])('anything'))
})

test('which kubelet is asked, if any', () => {
  const url = (settings: string[], env = {}, files: string[] = []) =>
    kubeletUrlOf(metadataOf(...settings.map((setting) => `metadata.${setting}`)), {
      env,
      exists: (path) => files.includes(path),
    })
  const token = '/var/run/secrets/kubernetes.io/serviceaccount/token'
  assert.equal(url([]), undefined, 'a laptop')
  assert.equal(url([], { NODE_IP: '10.0.0.7' }), undefined)
  assert.equal(url([], { NODE_IP: '10.0.0.7' }, [token]), 'https://10.0.0.7:10250')
  assert.equal(url([], { NODE_IP: 'fd00::7' }, [token]), 'https://[fd00::7]:10250')
  assert.equal(url([], {}, [token]), 'https://127.0.0.1:10250')
  assert.equal(url(['kubelet.url=http://10.0.0.7:10255']), 'http://10.0.0.7:10255')
  assert.equal(url(['source=kubelet']), 'https://127.0.0.1:10250')
  assert.equal(url(['source=none', 'kubelet.url=http://10.0.0.7:10255'], {}, [token]), undefined)
  assert.equal(url(['kubelet.token_file=""'], {}, ['']), undefined)
  assert.equal(url(['source=api', 'kubelet.url=http://10.0.0.7:10255'], {}, [token]), undefined)
})

test('which API server is asked, and that it must be known for which node', () => {
  const { events } = eventsOf([])
  const create = (settings: string[], env = {}, nodeName = '') =>
    createPodCache(metadataOf('metadata.source=api', ...settings), {
      ...{ clock: new ManualClock(), events, files: systemFiles, env, exists: () => false, nodeName },
    })
  const inPod = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' }
  assert.throws(() => create([], inPod), { code: 'KUBE_API_NODE_UNKNOWN' })
  assert.throws(() => create([], {}, 'node-1'), { code: 'KUBE_API_ADDRESS_UNKNOWN' })
  assert.ok(create([], inPod, 'node-1'))
  assert.ok(create([], { ...inPod, NODE_NAME: 'node-1' }))
  assert.ok(create(['metadata.api.url=https://10.0.0.1:6443'], {}, 'node-1'))
  assert.equal(kubeApiUrlOf(undefined, inPod), 'https://10.96.0.1:443')
  assert.equal(kubeApiUrlOf(undefined, { KUBERNETES_SERVICE_HOST: 'fd00::1' }), 'https://[fd00::1]:443')
  assert.equal(kubeApiUrlOf('https://api.test:6443', inPod), 'https://api.test:6443')
})

test('a kubelet that is not verified is said loudly', () => {
  const lines: string[] = []
  const { clock, events } = eventsOf(lines)
  const deps = { clock, events, files: systemFiles, env: {}, exists: () => false, nodeName: '' }
  const url = 'metadata.kubelet.url=https://10.0.0.7:10250'
  assert.equal(createPodCache(metadataOf(), deps), undefined)
  assert.ok(createPodCache(metadataOf(url), deps))
  assert.deepEqual(lines, [])
  assert.ok(createPodCache(metadataOf(url, 'metadata.kubelet.insecure_skip_verify=true'), deps))
  assert.match(lines.join(''), /level=error .*not verified.*host=10\.0\.0\.7:10250/)
})

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { loadConfig } from '#lib/config/load.ts'
import { section } from '#lib/config/schema.ts'
import { createEvents } from '#lib/events.ts'
import { systemFiles } from '#lib/files.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { metadataSection } from '../../../agent/metadata/config.ts'
import { createPodCache } from '../../../agent/metadata/create-pod-cache.ts'
import { METADATA_EVENTS } from '../../../agent/metadata/events.ts'
import { FakeKubelet } from '../../support/fake-kubelet.ts'
import { podListOf } from '../../support/pod-lists.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { OPENSSL_MISSING } from '../../support/tls-peer.ts'
import { until } from '../../support/until.ts'

const rest = { namespace: 'shop', pod: 'pod', container: 'app', restartCount: 0 }

test('from the configuration to labels, through a restart of the kubelet and a new token', {
  skip: OPENSSL_MISSING,
}, async (t) => {
  const kubelet = await FakeKubelet.start(t)
  const tokenFile = join(temporaryDirectory(t), 'token')
  const setToken = (token: string) => {
    kubelet.token = token
    writeFileSync(tokenFile, token)
  }
  setToken('first-token')
  kubelet.pods = podListOf({ uid: 'a', labels: { app: 'web' } })

  const settings = [`url=${kubelet.url}`, `token_file=${tokenFile}`, `ca_file=${kubelet.caFile}`]
  const overrides = ['metadata.refresh_interval=1s', ...settings.map((setting) => `metadata.kubelet.${setting}`)]
  const schema = section('The whole.', { metadata: metadataSection() })
  const { metadata } = loadConfig({ schema }, { overrides, env: {} })
  const lines: string[] = []
  const logger = createLogger({ service: 'agent', level: 'info', format: 'logfmt', write: (line) => lines.push(line) })
  const deps = { clock: systemClock, logger, registry: createRegistry('agent', '0') }
  const events = createEvents('vedette_agent', METADATA_EVENTS, deps)
  const cache = createPodCache(metadata, {
    clock: systemClock,
    events,
    files: systemFiles,
    env: {},
    exists: () => false,
    nodeName: '',
  })!
  t.after(() => cache.stop())

  const labelsOf = (uid: string) => cache.lookupInstance({ uid, ...rest })?.labels
  await cache.start()
  assert.equal(labelsOf('a')?.get('app'), 'web')
  await kubelet.stop()
  await until('a failure is seen', () => lines.some((line) => line.includes('reason=unreachable')))
  assert.equal(labelsOf('a')?.get('app'), 'web')
  setToken('second-token')
  kubelet.pods = podListOf({ uid: 'a', labels: { app: 'web' } }, { uid: 'b', labels: { app: 'api' } })
  await kubelet.listen()
  await until('the new pod is known', () => labelsOf('b') !== undefined)
  assert.doesNotMatch(lines.join(''), /first-token|second-token/)
})

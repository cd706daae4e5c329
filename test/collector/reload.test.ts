import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { recordsOf } from '../support/collector-harness.ts'
import { FakeElasticsearch } from '../support/fake-elasticsearch.ts'
import { ServiceProcess } from '../support/service-process.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

test('SIGHUP puts other rules in force, whole or not at all, for what waits in the queue too', async (t) => {
  const directory = temporaryDirectory(t)
  const elasticsearch = new FakeElasticsearch()
  const url = await elasticsearch.start()
  t.after(() => elasticsearch.stop())
  const file = join(directory, 'collector.yaml')
  const configure = (shape: string, extra = '') =>
    writeFileSync(
      file,
      `data_dir: ${join(directory, 'data')}
otlp: {http: {listen_address: '127.0.0.1:0'}, grpc: {enabled: false}}
web: {listen_address: '127.0.0.1:0'}
elasticsearch: {nodes: ['${url}'], backoff: {initial: 5ms, max: 20ms}}
shape: {${shape}}
${extra}`,
    )
  configure('rules: [{name: first, contains: drop-1, action: drop}]')
  const collector = new ServiceProcess(t, 'collector', ['--config.file', file])
  const [, otlp, web] = await collector.until(/msg=ready(?=.* otlp=(\S+))(?=.* web=(\S+))/)
  const send = async (...ids: string[]) => {
    const response = await fetch(`${otlp}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(recordsOf(ids, (id) => `text of ${id}`)),
    })
    assert.equal(response.status, 200)
  }
  const ids = () =>
    [...elasticsearch.documents.keys()].map((key) => key.slice(key.indexOf('/') + 1)).sort((a, b) => a.localeCompare(b))
  const reload = (said: RegExp) => {
    collector.child.kill('SIGHUP')
    return collector.until(said)
  }

  await send('drop-1', 'drop-2', 'a')
  await until('the first request is there', async () => ids().length === 2)
  assert.deepEqual(ids(), ['a', 'drop-2'])

  configure('rules: [{name: second, contains: drop-2, action: drop}], redact: {patterns: [{name: of, pattern: of}]}')
  await reload(/msg="configuration reloaded" reason=SIGHUP changed=.*shape\.redact.*/)
  await send('drop-1', 'b')
  await until('the second request is there', async () => ids().length === 4)
  assert.deepEqual(ids(), ['a', 'b', 'drop-1', 'drop-2'])
  const texts = elasticsearch.sources().map(({ body }) => (body as { text: string }).text)
  assert.equal(texts.filter((text) => text.includes('[REDACTED:of]')).length, 2)

  configure('rules: [{contains: b, action: dropp}]')
  await reload(/level=error .*collector\.yaml:5:\d+.*dropp/)
  configure("routes: [{dataset: other, containers: [{pod: '*'}]}]")
  await reload(/level=error .*cannot change while the service runs: shape\.routes/)
  await send('drop-2', 'c')
  await until('the third request is there', async () => ids().length === 5)
  assert.deepEqual(ids(), ['a', 'b', 'c', 'drop-1', 'drop-2'])
  const metrics = await (await fetch(`${web}/metrics`)).text()
  assert.match(metrics, /vedette_collector_records_dropped_total\{reason="rule:first"\} 1\n/)
  assert.match(metrics, /vedette_collector_records_dropped_total\{reason="rule:second"\} 1\n/)
  assert.match(metrics, /vedette_collector_config_last_reload_successful 0\n/)
})

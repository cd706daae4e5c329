import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { startPushServer } from '../../support/push-server.ts'

const PYTHON = '/usr/bin/python3'
const SCRIPT = `
import sys, json, urllib.request
from prometheus_client import *
from prometheus_client.parser import text_string_to_metric_families
url = sys.argv[1]
r = CollectorRegistry()
Gauge('g', 'A gauge\\nof two lines', ['path'], registry=r).labels('C:\\\\"x"\\n').set(-1.5e300)
Counter('c', 'A counter', registry=r).inc(3)
h = Histogram('h', 'A histogram', ['a'], buckets=(.5, 1, 1000000), registry=r)
h.labels('b').observe(.7); h.labels('b').observe(2e6)
Summary('s', 'A summary', registry=r).observe(4)
Info('i', 'An info', registry=r).info({'version': '1'})
Enum('e', 'An enum', states=['on', 'off'], registry=r).state('off')
push_to_gateway(url, job='all/of it', registry=r, grouping_key={'empty': '', 'dir': '/var/tmp'})
push_to_gateway(url, job='gone', registry=CollectorRegistry())
delete_from_gateway(url, job='gone')
one = CollectorRegistry(); Gauge('kept', '', registry=one).set(1); Gauge('changed', '', registry=one).set(1)
push_to_gateway(url, job='added', registry=one)
two = CollectorRegistry(); Gauge('changed', '', registry=two).set(2)
pushadd_to_gateway(url, job='added', registry=two)
text = urllib.request.urlopen(url + '/metrics/push').read().decode()
print(json.dumps([
  {'name': f.name, 'type': f.type, 'help': f.documentation, 'samples': [[s.name, s.labels, repr(s.value)] for s in f.samples]}
  for f in text_string_to_metric_families(text)
]))
`

interface Parsed {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: readonly (readonly [name: string, labels: Readonly<Record<string, string>>, value: string])[]
}

const hasClient = spawnSync(PYTHON, ['-c', 'import prometheus_client']).status === 0

test("Python's official client pushes here, and its parser reads what is pushed", { skip: skipReason() }, async (t) => {
  const { url } = await startPushServer(t)
  const { stdout } = await promisify(execFile)(PYTHON, ['-c', SCRIPT, url], { timeout: 60_000 })
  const families = new Map((JSON.parse(stdout) as Parsed[]).map((family) => [family.name, family]))
  const group = { job: 'all/of it', empty: '', dir: '/var/tmp', instance: '' }
  const samplesOf = (name: string) => {
    const { samples, type } = families.get(name)!
    return [type, ...samples.map(([sample, labels, value]) => [sample, labels, value] as const)]
  }
  assert.equal(families.get('g')!.help, 'A gauge\nof two lines')
  assert.deepEqual(samplesOf('g'), ['gauge', ['g', { ...group, path: 'C:\\"x"\n' }, '-1.5e+300']])
  assert.deepEqual(samplesOf('c'), ['counter', ['c_total', group, '3.0']])
  const bucket = (le: string, count: string) => ['h_bucket', { ...group, a: 'b', le }, count]
  assert.deepEqual(samplesOf('h'), [
    'histogram',
    ...[bucket('0.5', '0.0'), bucket('1', '1.0'), bucket('1e+06', '1.0'), bucket('+Inf', '2.0')],
    ['h_sum', { ...group, a: 'b' }, '2000000.7'],
    ['h_count', { ...group, a: 'b' }, '2.0'],
  ])
  assert.deepEqual(samplesOf('s'), ['summary', ['s_sum', group, '4.0'], ['s_count', group, '1.0']])
  assert.deepEqual(samplesOf('i_info').slice(1), [['i_info', { ...group, version: '1' }, '1.0']])
  assert.deepEqual(samplesOf('e').slice(1), [
    ['e', { ...group, e: 'on' }, '0.0'],
    ['e', { ...group, e: 'off' }, '1.0'],
  ])
  const added = { job: 'added', instance: '' }
  assert.deepEqual(samplesOf('kept').slice(1), [['kept', added, '1.0']])
  assert.deepEqual(samplesOf('changed').slice(1), [['changed', added, '2.0']])
  const jobs = families.get('push_time_seconds')!.samples.map(([, { job }]) => job)
  assert.deepEqual(jobs, ['all/of it', 'added'])
})

function skipReason(): string | false {
  return hasClient ? false : `no prometheus_client for ${PYTHON}; install python3-prometheus-client`
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { workloadAttribute, workloadsOf } from '../../../agent/metadata/workload.ts'
import { corpusPods, podsByName } from '../../support/pod-lists.ts'

function workloads(kind: string, name: string, labels: Record<string, string> = {}, startTime?: string) {
  const pod = { owner: { kind, name }, labels: new Map(Object.entries(labels)), startTime }
  return workloadsOf(pod).map((workload) => `${workload.kind} ${workload.name}`)
}

test('workloads of whole pods', async () => {
  const found = [...(await podsByName(corpusPods('workloads')))].map(([name, pod]) => [
    name,
    workloadsOf(pod).map((workload) => `${workloadAttribute(workload.kind)}=${workload.name}`),
  ])
  assert.deepEqual(found, [
    ['web-6d4cf56db6-x7k2p', ['k8s.replicaset.name=web-6d4cf56db6', 'k8s.deployment.name=web']],
    ['canary-7f9c6b5d4-abcde', ['k8s.replicaset.name=canary-7f9c6b5d4']],
    ['backup-29384756-9xkqz', ['k8s.job.name=backup-29384756', 'k8s.cronjob.name=backup']],
    ['db-0', ['k8s.statefulset.name=db']],
    ['agent-vq6rx', ['k8s.daemonset.name=agent']],
  ])
  for (const pod of (await podsByName(corpusPods('static'))).values()) assert.deepEqual(workloadsOf(pod), [])
})

test('a ReplicaSet is of a Deployment if its name ends in the hash of the label', () => {
  const hash = (value: string) => ({ 'pod-template-hash': value })
  assert.deepEqual(workloads('ReplicaSet', 'a-b-123', hash('123')), ['ReplicaSet a-b-123', 'Deployment a-b'])
  const alone: [string, Record<string, string>][] = [
    ['web-123', {}],
    ['web-123', hash('')],
    ['web-123', hash('23')],
    ['web-123', hash('124')],
    ['123', hash('123')],
    ['-123', hash('123')],
    ['web-123', { 'rollouts-pod-template-hash': '123' }],
  ]
  for (const [name, labels] of alone) assert.deepEqual(workloads('ReplicaSet', name, labels), [`ReplicaSet ${name}`])
})

test('a Job is of a CronJob if its name ends in a time near the start of the pod', () => {
  const start = '2025-11-14T07:56:04Z'
  const cases: [string, string | undefined, string | undefined][] = [
    ['backup-29384756', start, 'backup'],
    ['a-b-29384756', '2025-11-14T07:55:59Z', 'a-b'],
    ['backup-29384756', '2025-12-30T00:00:00Z', 'backup'],
    ['backup-29384756', undefined, 'backup'],
    ['backup-29384756', '2028-01-01T00:00:00Z', undefined],
    ['backup-29384756', '2025-11-01T00:00:00Z', undefined],
    ['report-20251114', start, undefined],
    ['report-20251114', undefined, undefined],
    ['report-14112025', start, undefined],
    ['report-2938475', start, undefined],
    ['report-293847560', start, undefined],
    ['29384756', start, undefined],
    ['-29384756', start, undefined],
    ['import', start, undefined],
  ]
  for (const [name, startTime, cronJob] of cases) {
    const expected = cronJob === undefined ? [`Job ${name}`] : [`Job ${name}`, `CronJob ${cronJob}`]
    assert.deepEqual(workloads('Job', name, {}, startTime), expected, `${name} ${startTime}`)
  }
})

test('other owners are no workloads', () => {
  for (const kind of ['Node', 'Workflow', 'constructor', '']) assert.deepEqual(workloads(kind, 'x'), [])
  assert.deepEqual(workloads('ReplicationController', 'old'), ['ReplicationController old'])
  assert.deepEqual(workloadsOf({ owner: undefined, labels: new Map(), startTime: undefined }), [])
})

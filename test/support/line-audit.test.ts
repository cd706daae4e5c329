import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineAudit, NO_FAULTS } from './line-audit.ts'
import { numberedBody } from './numbered-body.ts'
import { encodeLogsRequest } from './otlp-proto.ts'

interface Sent {
  readonly uid: string
  readonly body: string
  readonly pod?: number
}

const line = (number: number, uid = `uid ${number}`): Sent => ({ uid, body: numberedBody(0, number, 50 + number) })

function auditOf(...records: readonly Sent[]): LineAudit {
  const audit = new LineAudit()
  for (const { uid, body, pod = 0 } of records) {
    const attributes = [
      { key: 'log.iostream', value: { stringValue: 'stdout' } },
      { key: 'log.record.uid', value: { stringValue: uid } },
    ]
    const resource = { attributes: [{ key: 'k8s.pod.uid', value: { stringValue: `uid-${pod}` } }] }
    const logRecords = [{ timeUnixNano: '1790000000000000000', body: { stringValue: body }, attributes }]
    audit.take(encodeLogsRequest({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] }))
  }
  return audit
}

const THREE = new Map([[0, 3]])

test('lines that came once, or again under the same id, are as they should be', () => {
  const audit = auditOf(line(0), line(1), line(2), line(1))
  assert.deepEqual(audit.compare(THREE), NO_FAULTS)
  assert.equal(audit.redelivered, 1)
  assert.equal(audit.size, 3)
})

test('every fault is found', () => {
  const cut = { uid: 'uid 2', body: numberedBody(0, 2, 60).slice(0, -1) }
  const glued = { uid: 'uid 2', body: `${line(2).body}\n${line(3).body}` }
  const elsewhere = { ...line(2), pod: 7 }
  const cases: readonly [Partial<typeof NO_FAULTS>, readonly Sent[]][] = [
    [{ lost: 1 }, [line(0), line(2)]],
    [{ doubled: 1 }, [line(0), line(1), line(2), line(2, 'uid 3')]],
    [{ damaged: 1, lost: 1 }, [line(0), line(1), cut]],
    [{ damaged: 1, lost: 1 }, [line(0), line(1), glued]],
    [{ conflicts: 1, lost: 1 }, [line(0), line(1), line(2, 'uid 1')]],
    [{ misattributed: 1 }, [line(0), line(1), elsewhere]],
    [{ misplaced: 1 }, [line(0, 'uid 1'), line(1, 'uid 0'), line(2)]],
  ]
  for (const [faults, records] of cases) {
    assert.deepEqual(auditOf(...records).compare(THREE), { ...NO_FAULTS, ...faults }, JSON.stringify(faults))
  }
})

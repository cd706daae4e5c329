import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cutRecords } from '#lib/otlp/cut-records.ts'
import { decodeLogsRequest, encodeLogsRequest } from '../../support/otlp-proto.ts'

/** Records per scope, per resource. */
const shape = fc.array(fc.array(fc.nat(4), { maxLength: 3 }), { maxLength: 3 })

test('a request without some of its records is otherwise the same', () => {
  const property = fc.property(shape, fc.nat(), (resources, mask) => {
    const isCut = (place: number) => ((mask >> (place % 20)) & 1) === 1
    const build = (isLeft: (place: number) => boolean) => {
      let place = 0
      return encodeLogsRequest({
        resourceLogs: resources.map((scopes, resource) => ({
          resource: { attributes: [{ key: `r${resource}` }] },
          scopeLogs: scopes.map((records) => ({
            scope: { name: 's' },
            logRecords: Array.from({ length: records }, () => ({ severityText: `n${place++}` })).filter((_, index) =>
              isLeft(place - records + index),
            ),
          })),
        })),
      })
    }
    const cut = cutRecords(
      build(() => true),
      isCut,
    )
    assert.deepEqual(decodeLogsRequest(cut), decodeLogsRequest(build((place) => !isCut(place))))
  })
  fc.assert(property, { numRuns: 100 })
})

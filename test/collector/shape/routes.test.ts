import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { matchesPattern } from '#lib/match/name-pattern.ts'
import { BulkEncoder } from '../../../collector/encode/bulk-encoder.ts'
import type { ShapeRoute } from '../../../collector/shape/config.ts'
import { datasetPatterns, searchedStreams } from '../../../collector/shape/routes.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { encodeLogsRequest } from '../../support/otlp-proto.ts'
import { createShaper, shapeConfig } from '../../support/shape-config.ts'

const USUAL = { dataset: 'x.otel', namespace: 'main' }
const ANY = { containers: [], resource: {}, attributes: {} }

type Texts = Readonly<Record<string, string>>

/** The data streams that records are for: of each, the attributes of its resource and its own, and its severity. */
function streamsOf(routes: readonly ShapeRoute[], records: readonly (readonly [Texts, Texts, number?])[]): string[] {
  const attributes = (texts: Texts) =>
    Object.entries(texts).map(([key, stringValue]) => ({ key, value: { stringValue } }))
  const request = encodeLogsRequest({
    resourceLogs: records.map(([resource, own, severityNumber = 0]) => ({
      resource: { attributes: attributes(resource) },
      scopeLogs: [{ logRecords: [{ attributes: attributes(own), severityNumber }] }],
    })),
  })
  const shaper = createShaper(shapeConfig({ routes }), collectorEvents().events, USUAL)
  const encoder = new BulkEncoder({ dataStream: 'logs-x.otel-main', maxBytes: 1e9, stats: { repaired: 0 } })
  encoder.add(shaper.shape(request, 1)!.request, 1, 0, true)
  const { bytes } = encoder.take()
  return bytes
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('{"create"'))
    .map((line) => (JSON.parse(line) as { create: { _index: string } }).create._index)
}

test('the first route that a record meets decides; fields in names are made fit for them', () => {
  const routes: ShapeRoute[] = [
    { ...ANY, containers: [{ namespace: 'kube-*', pod: '*', container: '*' }], dataset: 'system' },
    { ...ANY, resource: { 'k8s.pod.label.team': '*' }, dataset: 'team.{label:team}', namespace: '{namespace}' },
    { ...ANY, attributes: { tenant: '*' }, namespace: 'tenant-{attribute:tenant}' },
    { ...ANY, min_severity: 'ERROR', dataset: 'errors.{level}' },
  ]
  const streams = streamsOf(routes, [
    [{ 'k8s.namespace.name': 'kube-system', 'k8s.pod.label.team': 'a' }, {}],
    [{ 'k8s.namespace.name': 'Shop-1', 'k8s.pod.label.team': 'A-Team/ü' }, {}],
    [{ 'k8s.pod.label.team': 'nameless' }, { tenant: 'T 1' }],
    [{}, { tenant: '' }, 17],
    [{}, {}, 13],
  ])
  assert.deepEqual(streams, [
    'logs-system-main',
    'logs-team.a_team__-shop-1',
    'logs-x.otel-tenant-t_1',
    'logs-errors.error-main',
    'logs-x.otel-main',
  ])
  assert.deepEqual(datasetPatterns(routes), ['system', 'team.*', 'errors.*'])
  assert.deepEqual(searchedStreams(USUAL, routes), [
    'logs-x.otel-main',
    'logs-system-main',
    'logs-team.*-*',
    'logs-x.otel-tenant-*',
    'logs-errors.*-main',
  ])
})

test('whatever fields hold, a data stream has a legal name that the template and searches cover', () => {
  const value = fc.oneof(fc.string({ minLength: 1 }), fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }))
  const property = fc.property(value, value, (team, tenant) => {
    const routes: ShapeRoute[] = [{ ...ANY, dataset: 'a0.{label:team}.b', namespace: '{attribute:tenant}' }]
    const [stream] = streamsOf(routes, [[{ 'k8s.pod.label.team': team }, { tenant }]])
    assert.match(stream!, /^logs-[a-z0-9][a-z0-9._]*-[a-z0-9._-]+$/)
    assert.ok(Buffer.byteLength(stream!) <= 255)
    const covering = datasetPatterns(routes).map((pattern) => `logs-${pattern}-*`)
    assert.ok(covering.some((pattern) => matchesPattern(stream!, pattern)))
    assert.ok(searchedStreams(USUAL, routes).some((pattern) => matchesPattern(stream!, pattern)))
  })
  fc.assert(property, { numRuns: 80 })
})

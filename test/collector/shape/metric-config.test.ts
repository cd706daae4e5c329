import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '#lib/config/load.ts'
import { CodedError } from '#lib/errors.ts'
import * as configModule from '../../../collector/config.ts'

function load(kind: 'counters' | 'histograms', ...metrics: readonly object[]) {
  return loadConfig(configModule, { overrides: [`shape.${kind}=${JSON.stringify(metrics)}`], env: {} }).shape
}

function problemsOf(kind: 'counters' | 'histograms', ...metrics: readonly object[]): string {
  try {
    load(kind, ...metrics)
    return ''
  } catch (error) {
    assert.ok(error instanceof CodedError)
    return error.message
  }
}

test('a histogram has usual buckets unless told', () => {
  const [histogram] = load('histograms', { name: 'a_seconds', value: 'attribute:took' }).histograms
  assert.deepEqual([histogram!.buckets.length, histogram!.buckets[0], histogram!.scale], [11, 0.005, 1])
  const own = load('histograms', { name: 'a_seconds', pattern: '(\\d+)', buckets: [0.5, 1e6], scale: 1e-3 }).histograms
  assert.deepEqual([own[0]!.buckets, own[0]!.scale], [[0.5, 1e6], 0.001])
})

test('metrics that cannot be are refused in words', () => {
  const value = 'attribute:took'
  const cases: readonly (readonly [object[], RegExp])[] = [
    [[{ name: 'a' }], /needs value or pattern, and not both/],
    [[{ name: 'a', value, pattern: '(.)' }], /needs value or pattern, and not both/],
    [[{ name: 'a', value: 'nothing' }], /there is no field nothing/],
    [[{ name: 'a', value: 'json:' }], /there is no field json:/],
    [[{ name: 'a', pattern: 'took' }], /pattern: it has no group/],
    [[{ name: 'a', pattern: '(' }], /pattern: /],
    [[{ name: 'a_sum', value }], /can't end so: "a_sum"/],
    [[{ name: 'vedette_a', value }], /the collector's own/],
    [[{ name: 'a', value, labels: { le: 'pod' } }], /label of the buckets/],
    [[{ name: 'a', value, labels: { __a: 'pod' } }], /"__a" cannot be the name of a label/],
    [[{ name: 'a', value, buckets: [] }], /1 to 100 buckets/],
    [[{ name: 'a', value, buckets: [1, 1] }], /a bucket is there twice/],
    [[{ name: 'a', value, buckets: ['many'] }], /must be a number/],
    [
      [
        { name: 'a', value },
        { name: 'a', value },
      ],
      /there is another metric "a"/,
    ],
  ]
  for (const [metrics, problem] of cases) assert.match(problemsOf('histograms', ...metrics), problem)
  assert.match(problemsOf('counters', { name: 'logs_total' }), /the collector's own/)
  assert.match(problemsOf('counters', { name: 'a_total', sum: 'nothing' }), /there is no field nothing/)
})

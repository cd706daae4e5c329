import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timingWarnings } from '../../../alertmanager/route/timing.ts'
import { createRouteTree } from '../../../alertmanager/route/tree.ts'
import { configOf } from '../support/test-router.ts'

const DAY = 86_400_000

const warningsOf = (route: string) =>
  timingWarnings(createRouteTree(configOf(`{receivers: [{name: a}], route: {receiver: a, ${route}}}`).route), 5 * DAY)

test('timers that do not do what is meant are told once, at the route that sets them', () => {
  assert.deepEqual(warningsOf('routes: [{group_wait: 1m}]'), [])
  assert.deepEqual(warningsOf('repeat_interval: 6d, routes: [{matchers: [a=b]}, {matchers: [c=d]}]'), [
    'repeat_interval 6d of route {} is longer than the notification log is kept for (--data.retention, 5d): the same will be told earlier than that',
  ])
  assert.deepEqual(warningsOf('routes: [{matchers: [a=b], repeat_interval: 1m, routes: [{matchers: [c=d]}]}]'), [
    'repeat_interval 1m of route {}/{a="b"} is shorter than group_interval 5m: the same will be told at each group_interval',
  ])
})

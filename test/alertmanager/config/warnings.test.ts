import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'
import type { Feature } from '../../../alertmanager/process/features.ts'

function warningsOf(more: string, ...features: readonly Feature[]): readonly string[] {
  const yaml = `route: {receiver: a}\nreceivers: [{name: a}]\n${more}\n`
  const result = readAlertmanagerConfig(yaml, 'warnings.yml', { features: new Set(features) })
  return result.ok ? result.config.warnings : result.diagnostics.map(({ message }) => `refused: ${message}`)
}

test('what is legal but does nothing is said', () => {
  assert.deepEqual(warningsOf('event_recorder: {stdout_outputs: [{}]}'), [
    'event_recorder has no effect: upstream needs --enable-feature event-recorder for it',
  ])
  assert.deepEqual(warningsOf('time_intervals: [{name: x, time_intervals: [{weekdays: [], months: ["13"]}]}]'), [
    'time interval "x": weekdays is an empty list, so this interval never holds; leave the key out',
    'time interval "x": there is no month 13',
  ])
  assert.deepEqual(warningsOf(''), [])
})

test('a tracing section that traces nothing is said', () => {
  assert.deepEqual(warningsOf('tracing: {endpoint: a:1}'), [
    'tracing: without sampling_fraction nothing is traced but what a request asks for; set it to 1 for everything',
  ])
  assert.deepEqual(warningsOf('tracing: {endpoint: "http://a:1", sampling_fraction: 1}'), [
    'tracing: the endpoint "http://a:1" is not host:port, without http:// and path; nothing is sent',
  ])
  assert.deepEqual(warningsOf('tracing: {endpoint: "a:1", sampling_fraction: 0}'), [])
})

test('events that somebody asks for are not silently left out', () => {
  assert.deepEqual(warningsOf('event_recorder: {stdout_outputs: [{}]}', 'event-recorder'), [
    'refused: events are not recorded yet',
  ])
  assert.deepEqual(warningsOf('event_recorder: {stdout_outputs: []}', 'event-recorder'), [])
})

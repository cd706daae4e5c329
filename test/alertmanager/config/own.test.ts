import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'
import { fallbackOf } from '../../../alertmanager/config/fallback.ts'
import { type OwnConfig, receiversOf } from '../../../alertmanager/config/own.ts'

const BASE = 'route: {receiver: a}\nreceivers: [{name: a}, {name: b}, {name: c}, {name: d}]\n'

function ownOf(more: string): OwnConfig {
  const result = readAlertmanagerConfig(BASE + more, 'own.yml')
  assert.ok(result.ok)
  return result.config.own
}

test('nothing said is nothing wanted', () => {
  for (const more of ['', 'vedette:', 'vedette: {}', 'vedette: {fallback: {after: 1m, receivers: {a: ""}}}']) {
    assert.deepEqual(
      { fallback: ownOf(more).fallback, told: [...receiversOf(ownOf(more))] },
      { fallback: undefined, told: [] },
    )
  }
})

test('a receiver falls back on its own, or on that of all; that of all has none', () => {
  const own = ownOf('vedette: {fallback: {receiver: b, receivers: {a: c, d: ""}}}')
  const { fallback } = own
  assert.ok(fallback)
  const pairs = ['a', 'b', 'c', 'd'].map((name) => [name, fallbackOf(fallback, name)])
  assert.deepEqual(Object.fromEntries(pairs), { a: 'c', b: undefined, c: 'b', d: undefined })
  assert.equal(fallback.afterMs, 300_000)
  assert.deepEqual([...receiversOf(own)].sort(), ['b', 'c'])
})

test('our section and our integrations are not in the print that other programs load', () => {
  const receiver = '{name: b, ntfy_configs: [{topic: t}], webhook_configs: [{url: http://x}]}'
  const yaml = `${BASE.replace('{name: b}', receiver)}vedette: {fallback: {receiver: b}}`
  const result = readAlertmanagerConfig(yaml, 'own.yml')
  assert.ok(result.ok, JSON.stringify(result))
  assert.equal(result.config.receivers[1]?.integrations.length, 2)
  assert.doesNotMatch(result.config.original, /vedette|fallback|ntfy/)
  assert.match(result.config.original, /webhook_configs/)
})

test('a fallback that tells nobody is said', () => {
  const yaml = `${BASE}vedette: {fallback: {receiver: b, receivers: {a: c}}}`
  const silent = readAlertmanagerConfig(
    yaml.replace('{name: c}', '{name: c, webhook_configs: [{url: http://x}]}'),
    'own.yml',
  )
  assert.ok(silent.ok)
  assert.deepEqual(silent.config.warnings, ['receiver "b" is a fallback and has no integrations, so it tells nobody'])
})

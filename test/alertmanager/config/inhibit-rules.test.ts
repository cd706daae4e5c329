import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'

const BASE = 'route: {receiver: a}\nreceivers: [{name: a}]\n'

function rulesOf(yaml: string) {
  const result = readAlertmanagerConfig(`${BASE}inhibit_rules:\n${yaml}`, 'test.yml')
  assert.ok(result.ok, JSON.stringify(result))
  return result.config.inhibitRules.map(({ name, source, target, equal }) => ({
    ...{ name, source: source.map(String), target: target.map(String), equal },
  }))
}

test('rules are read in either spelling, and both together', () => {
  const yaml = `
  - name: node
    source_matchers: ['alertname="Down", severity=~"a|b"', x!=y]
    target_match: {severity: info}
    target_match_re: {team: a.*}
    target_matchers: [zone!~"z"]
    equal: [node, Größe]
  -
  - {source_match: {a: b}}
`
  assert.deepEqual(rulesOf(yaml), [
    {
      name: 'node',
      source: ['alertname="Down"', 'severity=~"a|b"', 'x!="y"'],
      target: ['severity="info"', 'team=~"^(?:a.*)$"', 'zone!~"z"'],
      equal: ['node', 'Größe'],
    },
    { name: '', source: [], target: [], equal: [] },
    { name: '', source: ['a="b"'], target: [], equal: [] },
  ])
})

test('the effective configuration can be loaded again, with the same rules', () => {
  const yaml = "  - {name: n, source_matchers: ['a=b'], target_match_re: {c: d}, equal: [e]}\n  -\n"
  const first = readAlertmanagerConfig(`${BASE}inhibit_rules:\n${yaml}`, 'test.yml')
  assert.ok(first.ok)
  const again = readAlertmanagerConfig(first.config.original, 'again.yml')
  assert.ok(again.ok)
  assert.deepEqual(again.config.inhibitRules, first.config.inhibitRules)
})

test('what is wrong with a rule is said at its place', () => {
  const yaml = `  - source_matchers: ['a']
    target_matchers: ['b=~"("']
    target_match: {a-b: c}
    equal: ['']
  - {sources: []}
`
  const result = readAlertmanagerConfig(`${BASE}inhibit_rules:\n${yaml}`, 'test.yml')
  assert.ok(!result.ok)
  const said = result.diagnostics.map(({ line, message }) => `${line} ${message}`)
  assert.equal(said.length, 5, said.join('\n'))
  assert.match(said[0]!, /^4 .*bad matcher format: a/)
  assert.match(said[1]!, /^5 .*missing closing \)/)
  assert.match(said[2]!, /^6 .*invalid label name "a-b"/)
  assert.match(said[3]!, /^7 .*invalid label name ""/)
  assert.match(said[4]!, /^8 .*sources/)
})

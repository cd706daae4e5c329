import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'
import { createRouteTree } from '../../../alertmanager/route/tree.ts'
import { configOf } from '../support/test-router.ts'

const problems = (yaml: string): readonly string[] => {
  const result = readAlertmanagerConfig(yaml, 'test.yml')
  return result.ok ? [] : result.diagnostics.map(({ message }) => message)
}

const BASE = 'route: {receiver: a}\nreceivers: [{name: a}]\n'

test('aliases that multiply are refused', () => {
  const levels = Array.from({ length: 9 }, (_item, n) => `  l${n + 1}: &l${n + 1} [${`*l${n}, `.repeat(9)}*l${n}]`)
  const said = problems(`${BASE}bomb:\n  l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n${levels.join('\n')}\n`)
  assert.ok(said.length > 0 && said.every((message) => message.length < 1_000), said.join('\n').slice(0, 2_000))
})

test('an alias of itself, deep nesting and tags of other languages are refused', () => {
  const rows = [
    `${BASE}templates: &a [*a]\n`,
    `${BASE}templates: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`,
    `${BASE}templates: !!js/function "function () {}"\n`,
    `${'{'.repeat(5_000)}`,
    '\0'.repeat(100_000),
  ]
  for (const yaml of rows) {
    const said = problems(yaml)
    assert.ok(said.length > 0, yaml.slice(0, 100))
    assert.ok(
      said.length <= 100 && said.every((message) => message.length < 2_000),
      `${said.length}: ${said[0]?.slice(0, 300)}`,
    )
  }
})

test('thousands of routes, one within the other or beside each other, are read, and found again', () => {
  const beside = Array.from({ length: 5_000 }, (_item, n) => `{matchers: [n="${n}"], continue: ${n % 2 === 0}}`)
  const wide = createRouteTree(
    configOf(`route: {receiver: a, routes: [${beside.join(',\n  ')}]}\nreceivers: [{name: a}]\n`).route,
  )
  assert.equal(wide.routes.length, 5_000)
  const nested = (depth: number): string => '{matchers: [n="1"], routes: ['.repeat(depth) + ']}'.repeat(depth)
  assert.equal(problems(`route: {receiver: a, routes: [${nested(30)}]}\nreceivers: [{name: a}]\n`).length, 0)
  assert.ok(problems(`route: {receiver: a, routes: [${nested(1_000)}]}\nreceivers: [{name: a}]\n`).length > 0)
})

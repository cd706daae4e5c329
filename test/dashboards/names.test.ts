import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { selectorsOf, syntaxError } from '../../dashboards/promql.ts'
import { RULE_FILES } from '../../dashboards/rules/all.ts'
import { isAlert } from '../../dashboards/rules/rule.ts'
import { DASHBOARDS, panelsOf } from './generated.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Alertmanager's, which our router does not have: dashboards and alerts fit both. */
const OF_ALERTMANAGER_ONLY = ['alertmanager_nflog_snapshot_size_bytes', 'alertmanager_silences']

const REMOTE_WRITE = readFileSync(join(ROOT, 'collector/remote-write/out/metrics.ts'), 'utf8')
const documented = new Set(
  [...readFileSync(join(ROOT, 'docs/reference/metrics.md'), 'utf8').matchAll(/^\| `(\w+)` \|/gm)].map(
    ([, name]) => name,
  ),
)
const rules = Object.values(RULE_FILES).flatMap((groups) => groups.flatMap((group) => group.rules))
const runbooks = globSync('docs/runbooks/*.md', { cwd: ROOT }).map((path) => [
  path,
  readFileSync(join(ROOT, path), 'utf8'),
])
const queries: readonly (readonly [string, string])[] = [
  ...DASHBOARDS.flatMap((dashboard) =>
    panelsOf(dashboard).flatMap(({ title, targets = [] }) =>
      targets.flatMap(({ expr }): [string, string][] =>
        expr === undefined ? [] : [[`${dashboard.title}: ${title}`, expr]],
      ),
    ),
  ),
  ...rules.map((rule): [string, string] => [isAlert(rule) ? rule.alert : rule.record, rule.expr]),
  ...runbooks.flatMap(([path, text]) =>
    [...text!.matchAll(/```promql\n(.*?)```/gs)].flatMap(([, block]) =>
      block!
        .trim()
        .split('\n')
        .map((line): [string, string] => [path!, line]),
    ),
  ),
]

test('queries of runbooks are PromQL, one a line', () => {
  for (const [where, expr] of queries) {
    if (where.endsWith('.md')) assert.equal(syntaxError(expr), undefined, where)
  }
})

test('metrics of ours that are asked for are in the reference', () => {
  for (const [where, expr] of queries) {
    for (const { metric } of selectorsOf(expr)) {
      // Only there where one is configured, and so not in the reference.
      const ofRemote = metric.split('vedette_collector_remote_write_')[1]?.replace(/_(bucket|sum|count)$/, '')
      if (ofRemote !== undefined) {
        assert.match(REMOTE_WRITE, new RegExp(`['}]${ofRemote}['\`]`), `${where}: ${metric}`)
        continue
      }
      if (!/^(vedette|alertmanager|process|nodejs)_/.test(metric) || OF_ALERTMANAGER_ONLY.includes(metric)) continue
      assert.ok(
        documented.has(metric) || documented.has(metric.replace(/_(bucket|sum|count)$/, '')),
        `${where}: ${metric}`,
      )
    }
  }
})

test('series with colons that are asked for are recorded', () => {
  const recorded = new Set(rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record])))
  for (const [where, expr] of queries) {
    for (const { metric } of selectorsOf(expr)) {
      if (metric.includes(':')) assert.ok(recorded.has(metric), `${where}: ${metric}`)
    }
  }
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { DASHBOARDS, type GeneratedDashboard } from './generated.ts'
import { type Finding, LINT_RULES } from './lint-rules.ts'

/** As Grafana's own linter reads it. */
interface Exclusions {
  readonly exclusions: Readonly<
    Record<string, { reason: string; entries: { dashboard: string; panel?: string; reason: string }[] }>
  >
}

const { exclusions } = parse(readFileSync(join(import.meta.dirname, '../../dashboards/.lint'), 'utf8')) as Exclusions
const used = new Set<unknown>()

function isExcluded(rule: string, { dashboard, panel }: Finding): boolean {
  const entry = exclusions[rule]?.entries.find(
    (one) => one.dashboard === dashboard && (one.panel === undefined || one.panel === panel),
  )
  used.add(entry)
  return entry !== undefined
}

for (const { name, check } of LINT_RULES) {
  test(`lint: ${name}`, () => {
    const findings = DASHBOARDS.flatMap(check).filter((finding) => !isExcluded(name, finding))
    assert.deepEqual(findings, [])
  })
}

test('lint: no data source but Prometheus and Elasticsearch, so the rules for Loki have nothing to check', () => {
  const types = DASHBOARDS.flatMap(({ templating }) => templating.list.map(({ datasource }) => datasource?.type))
  assert.deepEqual(new Set(types), new Set([undefined, 'prometheus']))
})

test('every exception has a rule, a reason, and something that needs it', () => {
  const names = LINT_RULES.map(({ name }) => name)
  for (const [rule, { entries }] of Object.entries(exclusions)) {
    assert.ok(names.includes(rule), rule)
    for (const entry of entries) {
      assert.ok(entry.reason.length > 20, `${rule}: ${entry.dashboard} ${entry.panel}`)
      assert.ok(used.has(entry), `${rule}: nothing needs the exception for ${entry.dashboard} ${entry.panel ?? ''}`)
    }
  }
})

test('each rule finds what it is for', () => {
  const wrong = structuredClone(DASHBOARDS.find(({ uid }) => uid === 'vedette-agent')!) as GeneratedDashboard
  const panel = wrong.panels.find(({ type }) => type === 'timeseries')!
  const panels = [
    {
      ...panel,
      title: 'Wrong',
      description: '',
      datasource: { type: 'prometheus', uid: 'mine' },
      fieldConfig: { defaults: { unit: 'parsecs' } },
      targets: [
        { refId: 'A', datasource: panel.datasource!, expr: 'rate(a_total[5m]) + b_total' },
        { refId: 'B', datasource: panel.datasource!, expr: 'sum(' },
      ],
    },
    { ...panel, title: 'Empty', targets: [] },
  ]
  const list = wrong.templating.list
    .filter(({ name }) => name !== 'instance')
    .map((variable) => {
      if (variable.type === 'datasource') return { ...variable, label: 'Mine' }
      return { ...variable, query: { query: 'label_values(up{, job)' }, refresh: 1, multi: false }
    })
  const dashboard = { ...wrong, editable: true, panels, templating: { list } }
  const silent = LINT_RULES.filter(({ check }) => check(dashboard).length === 0)
  assert.deepEqual(
    silent.map(({ name }) => name),
    [],
  )
})

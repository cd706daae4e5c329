import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { stringify } from 'yaml'
import { EXAMPLE_ADDRESSES, panelUrl, runbookUrl } from '../../dashboards/addresses.ts'
import { idOf } from '../../dashboards/finish.ts'
import { syntaxError } from '../../dashboards/promql.ts'
import { allAlerts, RULE_FILES } from '../../dashboards/rules/all.ts'
import type { AlertRule } from '../../dashboards/rules/rule.ts'
import { PEERS, skipWithout } from '../support/peer-program.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { DASHBOARDS, GENERATED, panelsOf } from './generated.ts'
import { AGENT_CASES } from './rule-cases/agent.ts'
import { ALERTMANAGER_CASES } from './rule-cases/alertmanager.ts'
import { COLLECTOR_CASES } from './rule-cases/collector.ts'
import { KUBERNETES_CASES } from './rule-cases/kubernetes.ts'
import { META_CASES } from './rule-cases/meta.ts'
import type { RuleCase } from './rule-cases/rule-case.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Cases by the rule files that they need; others would only cost time. */
const GROUPS: readonly { readonly files: readonly string[]; readonly cases: readonly RuleCase[] }[] = [
  { files: ['vedette.rules.yaml'], cases: [...AGENT_CASES, ...COLLECTOR_CASES] },
  { files: ['alertmanager.rules.yaml'], cases: ALERTMANAGER_CASES },
  { files: ['kubernetes.rules.yaml'], cases: KUBERNETES_CASES },
  { files: ['vedette.rules.yaml', 'kubernetes.rules.yaml'], cases: META_CASES },
]
const CASES = GROUPS.flatMap(({ cases }) => cases)
const skip = skipWithout(PEERS.promtool)

const alerts = allAlerts()
const severitiesOf = (name: string) => alerts.filter(({ alert }) => alert === name).map(({ severity }) => severity)

test('every alert says what, where and what to do', () => {
  for (const { alert, summary, description, severity, panel, for: after, expr } of alerts) {
    assert.match(alert, /^[A-Z][A-Za-z]+$/)
    assert.ok(summary.endsWith('.') && !summary.includes('{{'), `${alert}: a summary is a sentence without labels`)
    assert.ok(description.endsWith('.'), alert)
    assert.ok(['critical', 'warning', 'info', 'none'].includes(severity), alert)
    assert.ok(after === undefined || /^\d+[smh]$/.test(after), alert)
    assert.equal(syntaxError(expr), undefined, alert)
    const dashboard = DASHBOARDS.find(({ uid }) => uid === `vedette-${panel.dashboard}`)!
    const found = panelsOf(dashboard).find(({ id }) => id === idOf(panel.title))
    assert.ok(found !== undefined, `${alert}: ${panel.dashboard} has no panel "${panel.title}"`)
    const linked = found.links?.map(({ url }) => url) ?? []
    assert.ok(linked.includes(runbookUrl(EXAMPLE_ADDRESSES, alert)), `${panel.title} links to the runbook`)
    assert.ok(found.description!.includes(alert), `${panel.title} names the alert`)
  }
})

test('recording rules are PromQL', () => {
  for (const { rules } of Object.values(RULE_FILES).flat()) {
    for (const { expr } of rules) assert.equal(syntaxError(expr), undefined, expr)
  }
})

test('every alert has a runbook that says what it means and what to do', () => {
  for (const { alert } of alerts) {
    const path = join(ROOT, 'docs/runbooks', `${alert}.md`)
    assert.ok(existsSync(path), `docs/runbooks/${alert}.md`)
    const page = readFileSync(path, 'utf8')
    assert.ok(page.startsWith(`# ${alert}\n`), alert)
    const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
    assert.deepEqual(headings, ['Meaning', 'Impact', 'Diagnosis', 'Mitigation'], alert)
  }
})

test('every alert is tried firing, with each of its severities, and not firing', () => {
  for (const { alert, severity } of alerts) {
    const cases = CASES.filter((one) => one.alert === alert)
    const severities = severitiesOf(alert)
    const fires = ({ firing }: RuleCase) =>
      firing.some((one) => (one.severity ?? severities[0]) === severity) || undefined
    assert.ok(cases.some(fires), `${alert} (${severity}) is not tried firing`)
    if (alert !== 'Watchdog') {
      assert.ok(
        cases.some(({ firing }) => firing.length === 0),
        `${alert} is not tried without firing`,
      )
    }
  }
})

test('promtool takes the rules', { skip }, (t) => {
  const directory = writeRules(temporaryDirectory(t))
  const files = Object.keys(RULE_FILES).map((file) => join(directory, file))
  const { status, stdout, stderr } = spawnSync(
    PEERS.promtool,
    ['check', 'rules', '--lint=all', '--lint-fatal', ...files],
    {
      encoding: 'utf8',
    },
  )
  assert.equal(status, 0, stdout + stderr)
})

for (const { files, cases } of GROUPS) {
  const names = [...new Set(cases.map(({ alert }) => alert))]
  test(`alerts fire when they should and say what they should: ${names.join(', ')}`, { skip }, (t) => {
    const directory = writeRules(temporaryDirectory(t))
    const path = join(directory, 'cases.yaml')
    const content = {
      rule_files: files,
      evaluation_interval: '1m',
      tests: cases.map((one) => ({
        name: `${one.alert}: ${one.name}`,
        interval: '1m',
        input_series: Object.entries(one.series).map(([series, values]) => ({ series, values })),
        alert_rule_test: [{ eval_time: one.at, alertname: one.alert, exp_alerts: expectedAlerts(one) }],
      })),
    }
    writeFileSync(path, stringify(content, { lineWidth: 0 }))
    const { status, stdout, stderr } = spawnSync(PEERS.promtool, ['test', 'rules', path], { encoding: 'utf8' })
    assert.equal(status, 0, stdout + stderr)
  })
}

function writeRules(directory: string): string {
  for (const file of Object.keys(RULE_FILES)) writeFileSync(join(directory, file), GENERATED.get(`rules/${file}`)!)
  return directory
}

function expectedAlerts({ alert, firing }: RuleCase): object[] {
  return firing.map(({ labels, value = '', severity }) => {
    const rule = alerts.find((one) => one.alert === alert && (severity ?? one.severity) === one.severity)!
    return {
      exp_labels: { ...labels, severity: rule.severity },
      exp_annotations: {
        summary: rule.summary,
        description: render(rule.description, labels, value),
        runbook_url: runbookUrl(EXAMPLE_ADDRESSES, rule.alert),
        dashboard: render(linkOf(rule), labels, value),
      },
    }
  })
}

function linkOf({ panel }: AlertRule): string {
  return panelUrl(EXAMPLE_ADDRESSES, panel)
}

/** The few templates that our annotations have. */
function render(template: string, labels: Readonly<Record<string, string>>, value: string): string {
  return template
    .replace(/\{\{ \$labels\.(\w+) \| urlquery \}\}/g, (_, name: string) => encodeURIComponent(labels[name] ?? ''))
    .replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, name: string) => labels[name] ?? '')
    .replace(/\{\{ \$value[^}]*\}\}/g, value)
}

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { idOf } from '../../dashboards/finish.ts'
import { DASHBOARDS, GENERATED, panelsOf } from './generated.ts'

const DIRECTORY = join(import.meta.dirname, '../../dashboards/generated')

test('dashboards/generated is what the code says', () => {
  const onDisk = globSync('**/*.*', { cwd: DIRECTORY }).sort()
  assert.deepEqual(onDisk, [...GENERATED.keys()].sort(), 'run npm run dashboards')
  for (const [name, content] of GENERATED) {
    if (readFileSync(join(DIRECTORY, name), 'utf8') === content) continue
    assert.fail(`dashboards/generated/${name} is not what the code says any more; run npm run dashboards`)
  }
})

test('there are the seven dashboards, each found by the tag, in UTC, with addresses that stay', () => {
  assert.deepEqual(
    DASHBOARDS.map(({ uid }) => uid),
    ['logs-overview', 'pods', 'node', 'agent', 'collector', 'alert-router', 'alert-statistics'].map(
      (name) => `vedette-${name}`,
    ),
  )
  for (const dashboard of DASHBOARDS) {
    assert.deepEqual(dashboard.tags, ['vedette'])
    assert.equal(dashboard.schemaVersion, 42)
    assert.equal(dashboard.timezone, 'utc')
    const [link] = dashboard.links
    assert.deepEqual([link!.tags, link!.keepTime, link!.includeVars], [['vedette'], true, true])
  }
})

test('panels have ids of their titles, lie beside each other, and their queries have letters', () => {
  for (const dashboard of DASHBOARDS) {
    const panels = panelsOf(dashboard)
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
    for (const { id, title, targets = [] } of panels) {
      assert.equal(id, idOf(title))
      assert.deepEqual(
        targets.map(({ refId }) => refId),
        targets.map((_, index) => String.fromCharCode(65 + index)),
      )
    }
    const folds = dashboard.panels.map(({ panels: inner = [], type }) => (type === 'row' ? inner : []))
    for (const group of [dashboard.panels, ...folds]) {
      for (const [index, { gridPos: a, title }] of group.entries()) {
        assert.ok(a.x + a.w <= 24, title)
        for (const { gridPos: b, title: other } of group.slice(index + 1)) {
          const isApart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
          assert.ok(isApart, `${dashboard.uid}: ${title} lies on ${other}`)
        }
      }
    }
  }
})

test('tables keep the values of their queries, by the names that Grafana gives them', () => {
  for (const dashboard of DASHBOARDS) {
    for (const { type, title, targets = [], transformations = [] } of panelsOf(dashboard)) {
      if (type !== 'table') continue
      const kept = transformations.find(({ id }) => id === 'filterFieldsByName')!.options.include!.names
      const values = targets.length === 1 ? ['Value'] : targets.map(({ refId }) => `Value #${refId}`)
      assert.deepEqual(
        kept.filter((name) => name.startsWith('Value')),
        values,
        title,
      )
      // The other columns are labels, which each query has to keep.
      const labels = kept.filter((name) => !name.startsWith('Value'))
      for (const { expr = '' } of targets) {
        const by = [...expr.matchAll(/\bby \(([^)]*)\)/g)].map(([, names]) => names!.split(', '))
        assert.ok(
          by.some((names) => labels.every((label) => names.includes(label))),
          `${title}: ${expr}`,
        )
      }
    }
  }
})

test('nothing is of a kind that the SDK does not know', () => {
  for (const [name, content] of GENERATED) {
    if (name.endsWith('.json')) assert.ok(!content.includes('"unknown"'), name)
  }
  const logs = DASHBOARDS.flatMap(panelsOf).filter(({ type }) => type === 'logs')
  assert.deepEqual(
    logs.map(({ targets }) => targets!.map(({ metrics }) => metrics!.map(({ type }) => type))),
    logs.map(() => [['logs']]),
  )
})

test('descriptions say more than the title, and links go where there is something', () => {
  const uids = new Set(DASHBOARDS.map(({ uid }) => uid))
  for (const dashboard of DASHBOARDS) {
    for (const { title, description = '' } of panelsOf(dashboard)) {
      assert.ok(description.length > 40 || description.includes('chosen'), `${dashboard.uid}: ${title}`)
    }
    for (const [, uid] of JSON.stringify(dashboard).matchAll(/"\/d\/([\w-]+)/g)) assert.ok(uids.has(uid!), uid!)
  }
})

test('variables that links set exist where they lead', () => {
  const names = new Map(DASHBOARDS.map(({ uid, templating }) => [uid, templating.list.map(({ name }) => name)]))
  for (const [file, content] of GENERATED) {
    for (const [url, uid] of content.matchAll(/\/d\/(vedette-[\w-]+)[^"\n]*/g)) {
      for (const [, variable] of url.matchAll(/var-(\w+)=/g)) {
        assert.ok(names.get(uid!)?.includes(variable!), `${file}: ${url} has no variable ${variable}`)
      }
    }
  }
})

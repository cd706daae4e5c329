import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { LARGEST_DASHBOARD_BYTES } from '../../dashboards/provisioning.ts'
import { isOfKind, problemsOf } from '../support/kubernetes-schema.ts'
import { findKustomize } from '../support/kustomize.ts'
import { DASHBOARDS, GENERATED } from './generated.ts'

const DIRECTORY = join(import.meta.dirname, '../../dashboards/generated')
const kustomize = findKustomize()
const skip = kustomize?.isModern === true ? false : 'there is no kustomize, and no kubectl from 1.21 on'
const yamlOf = (path: string) => parse(GENERATED.get(path)!)

test('the data sources have the types that dashboards ask for, and the fields that the collector writes', () => {
  const { datasources } = yamlOf('provisioning/datasources/vedette.yaml') as {
    datasources: { type: string; uid: string; url: string; jsonData: Record<string, unknown> }[]
  }
  assert.deepEqual(
    datasources.map(({ type }) => type),
    ['elasticsearch', 'prometheus', 'alertmanager'],
  )
  assert.equal(new Set(datasources.map(({ uid }) => uid)).size, 3)
  const [logs, , router] = datasources
  const { index, timeField, logMessageField, logLevelField } = logs!.jsonData
  assert.deepEqual(
    [index, timeField, logMessageField, logLevelField],
    ['logs-*', '@timestamp', 'body.text', 'severity_text'],
  )
  assert.equal(router!.jsonData.implementation, 'prometheus')
  for (const { url } of datasources) assert.equal(new URL(url).pathname, '/')
})

test('dashboards come from files in folders, and nobody changes them in Grafana', () => {
  const { providers } = yamlOf('provisioning/dashboards/vedette.yaml') as {
    providers: { type: string; allowUiUpdates: boolean; options: { foldersFromFilesStructure: boolean } }[]
  }
  const [{ type, allowUiUpdates, options }] = providers as [(typeof providers)[0]]
  assert.deepEqual([type, allowUiUpdates, options.foldersFromFilesStructure], ['file', false, true])
  for (const path of GENERATED.keys()) {
    if (path.endsWith('.json')) assert.match(path, /^dashboards\/Vedette\/[\w-]+\.json$/)
  }
})

test('there is a ConfigMap for each dashboard, of files that exist and fit', () => {
  const { configMapGenerator } = yamlOf('kustomization.yaml') as {
    configMapGenerator: { name: string; files: string[] }[]
  }
  assert.equal(configMapGenerator.length, DASHBOARDS.length + 1)
  for (const { name, files } of configMapGenerator) {
    assert.match(name, /^[a-z0-9-]{1,63}$/)
    for (const file of files) {
      const path = normalize(file.split('=')[1]!)
      assert.ok(existsSync(join(DIRECTORY, path)), path)
      assert.ok(Buffer.byteLength(GENERATED.get(path)!) < LARGEST_DASHBOARD_BYTES)
    }
  }
})

test('rules for the operator are the same as those in files', () => {
  const files = [...GENERATED.keys()].filter((path) => path.startsWith('rules/'))
  const { resources } = yamlOf('prometheus-operator/kustomization.yaml') as { resources: string[] }
  const objects = resources.map((path) => yamlOf(`prometheus-operator/${path}`) as { kind: string; spec: object })
  assert.deepEqual(new Set(objects.map(({ kind }) => kind)), new Set(['PrometheusRule']))
  assert.deepEqual(
    objects.map(({ spec }) => spec),
    files.map(yamlOf),
  )
})

test('kustomize makes ConfigMaps of them that the sidecar finds', { skip }, () => {
  const rendered = kustomize!.render('examples/grafana')
  const maps = rendered
    .filter((object) => isOfKind(object, 'ConfigMap'))
    .filter(({ metadata }) => /-(dashboard|datasources)/.test(metadata.name))
  assert.equal(maps.length, DASHBOARDS.length + 1)
  for (const map of maps) {
    assert.deepEqual(problemsOf(map), [])
    const { labels = {}, annotations = {} } = map.metadata
    const [[key, content], ...others] = Object.entries(map.data!) as [[string, string]]
    assert.deepEqual(others, [])
    if (labels.grafana_datasource === '1') continue
    assert.deepEqual([labels.grafana_dashboard, annotations.grafana_folder], ['1', 'Vedette'])
    assert.equal(key, `${(JSON.parse(content) as { uid: string }).uid}.json`)
    assert.ok(DASHBOARDS.some(({ uid }) => key === `${uid}.json`))
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LabelSet } from '#lib/labels.ts'
import type { RouteConfig } from '../../../alertmanager/config/route.ts'
import { allRoutes, createRouteTree, groupLabels, matchRoutes, type Route } from '../../../alertmanager/route/tree.ts'
import { configOf } from '../support/test-router.ts'

const YAML = `
route:
  receiver: root
  group_by: [alertname]
  group_wait: 1s
  routes:
    - matchers: [team="x"]
      match_re: {job: a|b}
      receiver: first
      group_by: ['...']
      continue: true
      routes:
        - matchers: [page="yes"]
          group_by: []
          group_interval: 1m
    - matchers: [team="x"]
      repeat_interval: 1h
receivers: [{name: root}, {name: first}]
`

const tree = createRouteTree(configOf(YAML).route)
const places = (labels: Record<string, string>) => matchRoutes(tree, LabelSet.from(labels)).map((route) => route.id)

test('an alert ends up at the deepest nodes that match', () => {
  assert.deepEqual(places({ other: 'y' }), ['root: {}'])
  assert.deepEqual(places({ team: 'x' }), ['root: {}/{team="x"}'])
  assert.deepEqual(places({ team: 'x', job: 'b' }), ['first: {}/{job=~"^(?:a|b)$",team="x"}', 'root: {}/{team="x"}'])
  assert.deepEqual(places({ team: 'x', job: 'a', page: 'yes' }), [
    'first: {}/{job=~"^(?:a|b)$",team="x"}/{page="yes"}',
    'root: {}/{team="x"}',
  ])
})

test('receiver, grouping and timers are inherited; matchers and continue are not', () => {
  const [root, first, paged, second] = [...allRoutes(tree)] as [Route, Route, Route, Route]
  const timers = ({ groupWaitMs, groupIntervalMs, repeatIntervalMs }: Route) => [
    groupWaitMs,
    groupIntervalMs,
    repeatIntervalMs,
  ]
  assert.deepEqual(timers(root), [1_000, 300_000, 14_400_000])
  assert.deepEqual(timers(paged), [1_000, 60_000, 14_400_000])
  assert.deepEqual(timers(second), [1_000, 300_000, 3_600_000])
  assert.deepEqual([root.groupBy, first.groupBy, paged.groupBy], [['alertname'], 'all', []])
  assert.deepEqual([first.continue, paged.continue], [true, false])
  assert.equal(paged.key, '{}/{job=~"^(?:a|b)$",team="x"}/{page="yes"}')
})

test('labels are merged on the way down; time intervals are not inherited', () => {
  const yaml = `
route:
  receiver: a
  labels: {tier: '1', link: '{{ .Receiver }}'}
  routes:
    - labels: {tier: '2', team: x}
      mute_time_intervals: [nights]
      active_time_intervals: [days, nights]
      routes: [{labels: {}, group_by: null}]
receivers: [{name: a}]
time_intervals: [{name: days}]
mute_time_intervals: [{name: nights}]
`
  const [root, child, grandchild] = [...allRoutes(createRouteTree(configOf(yaml).route))] as [Route, Route, Route]
  assert.deepEqual(root.labels, { tier: '1', link: '{{ .Receiver }}' })
  assert.deepEqual(child.labels, { tier: '2', link: '{{ .Receiver }}', team: 'x' })
  assert.deepEqual(grandchild.labels, child.labels)
  assert.deepEqual([root.muteTimeIntervals, root.activeTimeIntervals], [[], []])
  assert.deepEqual([child.muteTimeIntervals, child.activeTimeIntervals], [['nights'], ['days', 'nights']])
  assert.deepEqual([grandchild.muteTimeIntervals, grandchild.activeTimeIntervals], [[], []])
})

test('a group is named by the labels that the alert has', () => {
  const labels = LabelSet.from({ alertname: 'A', job: 'a' })
  const [root, first] = [...allRoutes(tree)] as [Route, Route]
  assert.equal(`${root.key}:${groupLabels(root, labels)}`, '{}:{alertname="A"}')
  assert.equal(groupLabels(root, LabelSet.from({ job: 'a' })).toString(), '{}')
  assert.equal(groupLabels(first, labels), labels)
})

/** A node whose matchers are plain equalities, as a program without any cleverness would walk it. */
interface Plain {
  readonly matchers: readonly (readonly [name: string, value: string])[]
  readonly continue: boolean
  readonly routes: readonly Plain[]
}

function walk(node: Plain, labels: Readonly<Record<string, string>>, path: string): string[] | undefined {
  if (!node.matchers.every(([name, value]) => (labels[name] ?? '') === value)) return undefined
  const found: string[] = []
  for (const [index, child] of node.routes.entries()) {
    const below = walk(child, labels, `${path}.${index}`)
    if (below === undefined) continue
    found.push(...below)
    if (!child.continue) break
  }
  return found.length === 0 ? [path] : found
}

test('any tree routes any alert as a plain walk does', () => {
  const label = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('', '1', '2'))
  const { node } = fc.letrec<{ node: Plain }>((tie) => ({
    node: fc.record({
      matchers: fc.array(label, { maxLength: 2 }),
      continue: fc.boolean(),
      routes: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie('node'), { maxLength: 3 })),
    }),
  }))
  fc.assert(
    fc.property(node, fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2')), (plain, record) => {
      const root = createRouteTree(configOf(toYaml({ ...plain, matchers: [], continue: false })).route)
      const expected = walk({ ...plain, matchers: [] }, record, 'root')
      const paths = new Map<Route, string>()
      const name = (route: Route, path: string) => {
        paths.set(route, path)
        for (const [index, child] of route.routes.entries()) name(child, `${path}.${index}`)
      }
      name(root, 'root')
      assert.deepEqual(
        matchRoutes(root, LabelSet.from(record)).map((route) => paths.get(route)),
        expected,
      )
      const ids = Array.from(allRoutes(root), ({ id }) => id)
      assert.equal(new Set(ids).size, ids.length, 'ids are unique')
    }),
  )
})

function toYaml(root: Plain): string {
  const write = (node: Plain): object => ({
    matchers: node.matchers.map(([name, value]) => `${name}="${value}"`),
    continue: node.continue,
    routes: node.routes.map(write),
  })
  return JSON.stringify({ route: { ...write(root), receiver: 'x' }, receivers: [{ name: 'x' }] })
}

test('the tree keeps what the configuration says of each node', () => {
  const shape = (route: RouteConfig | Route): unknown => [route.matchers.map(String), route.routes.map(shape)]
  assert.deepEqual(shape(tree), shape(configOf(YAML).route))
})

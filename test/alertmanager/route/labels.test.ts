import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderLabels } from '../../../alertmanager/config/label-order.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { postable } from '../support/postable.ts'
import { configOf, startTestRouter } from '../support/test-router.ts'

test('labels come after those that they ask for', () => {
  const labels = {
    a: '{{ routeLabels "b" }}-{{ .RouteLabels.c }}',
    b: '{{ "d" | routeLabels | toUpper }} {{ routeLabels "nobody" }}',
    c: 'routeLabels "a" in plain text',
    d: '{{ "}} routeLabels" }}',
  }
  assert.deepEqual(orderLabels(labels), { ok: true, names: ['d', 'b', 'c', 'a'] })
})

test('labels that ask for each other are refused where one of them is written', () => {
  const cyclic = { a: '{{ routeLabels "b" }}', b: '{{ if routeLabels `c` }}{{ end }}', c: '{{routeLabels "b"}}' }
  assert.deepEqual(orderLabels(cyclic), { ok: false, cycle: ['b', 'c', 'b'] })
  const yaml = `
route:
  receiver: a
  labels: {a: '{{ routeLabels "b" }}', b: x}
  routes: [{labels: {b: '{{ routeLabels "a" }}'}, routes: [{labels: {c: x}}]}]
receivers: [{name: a}]
`
  assert.throws(() => configOf(yaml), /^Error: route labels ask for each other, so none can be rendered: a > b > a$/)
})

const YAML = `
route:
  receiver: a
  group_by: [team]
  group_wait: 1s
  labels:
    dashboard: 'https://grafana/{{ routeLabels "folder" }}?team={{ .GroupLabels.team }}'
    folder: '{{ .CommonLabels.alertname | toLower }}/{{ len .Alerts }}'
    tier: '1'
    broken: '{{ .NoSuchField }}'
receivers: [{name: a, webhook_configs: [{url: 'http://a/'}]}]
`

test('labels of a route are rendered at each flush, for notifications and the API; one that fails is left out', async (t) => {
  const clock = new ManualClock()
  const bodies: Record<string, unknown>[] = []
  const router = await startTestRouter({
    ...{ yaml: YAML, clock, directory: temporaryDirectory(t) },
    transports: {
      http:
        () =>
        async ({ body }) => {
          bodies.push(JSON.parse(body) as Record<string, unknown>)
          return { status: 200, headers: {}, body: '' }
        },
      mail: () => () => Promise.reject(new Error('no mail here')),
    },
  })
  t.after(() => router.kill())
  router.pipeline.receive([postable({ alertname: 'Disk', team: 'x' })])
  const shown = () => Array.from(router.pipeline.groups(), ({ routeLabels }) => String(routeLabels))
  assert.deepEqual(shown(), ['{tier="1"}'])

  await clock.advance(1_000)
  const expected = { dashboard: 'https://grafana/disk/1?team=x', folder: 'disk/1', tier: '1' }
  assert.deepEqual(
    bodies.map(({ routeLabels }) => routeLabels),
    [expected],
  )
  assert.deepEqual(shown(), ['{dashboard="https://grafana/disk/1?team=x", folder="disk/1", tier="1"}'])
  assert.match(router.logLines.join(''), /label of a route cannot be rendered.*label=broken/)
})

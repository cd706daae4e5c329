import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALERTMANAGER, missing } from '../support/upstream.ts'
import { startBoth } from './both.ts'

const YAML = `
route: {receiver: team, group_by: ['...'], group_wait: 1h}
receivers: [{name: team}]
inhibit_rules:
  - {source_match: {severity: critical}, target_match_re: {severity: 'warning|info'}, equal: [cluster, job]}
  - source_matchers: ['kind="both"']
    target_matchers: ['kind=~"both|target"']
`

const ALERTS = [
  { severity: 'critical', cluster: 'a', job: 'x' },
  { severity: 'warning', cluster: 'a', job: 'x' },
  { severity: 'warning', cluster: 'a', job: 'y' },
  { severity: 'critical', cluster: 'b' },
  { severity: 'info', cluster: 'b' },
  { severity: 'info', cluster: 'b', job: 'x' },
  { kind: 'both', n: '1' },
  { kind: 'both', n: '2' },
]

test(
  'the API says of each alert what inhibits it, as the original does',
  missing(ALERTMANAGER, 'Alertmanager'),
  async (t) => {
    const both = await startBoth(t, () => YAML)
    for (const { router } of [both.ours, both.theirs]) await router.push(ALERTS)
    for (const query of ['', '?inhibited=false', '?active=false']) {
      for (const path of ['alerts', 'alerts/groups']) {
        const answers = await both.get(`/api/v2/${path}${query}`)
        const shown = await Promise.all(answers.map((response) => response.json() as Promise<Shown[]>))
        const [ours, theirs] = shown.map((list) =>
          list
            .flatMap((one) => one.alerts ?? [one])
            .map(({ labels, status }) => [labels, status!.state, status!.inhibitedBy]),
        )
        assert.deepEqual(ours, theirs, path + query)
      }
    }
  },
)

interface Shown {
  readonly alerts?: readonly Shown[]
  readonly labels: object
  readonly status?: { readonly state: string; readonly inhibitedBy: readonly string[] }
}

import type { Differences, Listed } from './listed.ts'

type Said = readonly [scenario: string, field: string, theirs: string, ours: string]

function because(reason: string, ...differences: readonly Said[]): readonly Listed[] {
  return differences.map(([scenario, field, theirs, ours]) => ({ scenario, field, theirs, ours, reason }))
}

/** The group of a scenario that groups by all labels. */
const alone = (scenario: string, labels: string) => `team/0 :${labels.replace('SCENARIO', `scenario="${scenario}"`)}`

/** What no release of the original does as we do, on purpose. */
const ON_PURPOSE: readonly Listed[] = [
  ...because(
    'docs/muting.md, The end of an alert that was told: whoever was told of the firing is told of the end',
    [
      'ends-while-inhibited',
      alone('ends-while-inhibited', '{cluster="a", SCENARIO, sev="warn"}'),
      ...(['nothing', 'resolved cluster=a sev=warn'] as const),
    ],
    ['ends-while-silenced', alone('ends-while-silenced', '{n="1", SCENARIO}'), 'nothing', 'resolved n=1'],
  ),
  ...because(
    'docs/muting.md, When an alert is muted no more: it is told at the next tick, not at the next repeat',
    [
      'told-then-inhibited-then-not',
      alone('told-then-inhibited-then-not', '{cluster="a", SCENARIO, sev="warn"}'),
      ...(['nothing', 'firing cluster=a sev=warn'] as const),
    ],
    ['told-then-silenced-then-not', alone('told-then-silenced-then-not', '{n="1", SCENARIO}'), 'nothing', 'firing n=1'],
  ),
  ...because(
    'docs/muting.md, Repeats: counted from tick to tick; the original counts from the end of sending, so is one tick late',
    ['repeat-interval-is-the-group-interval', 'team/0 :{}', 'nothing', 'firing n=1'],
  ),
  ...because('docs/muting.md, Routes with the same matchers: each of them tells', [
    ...(['twin-routes-with-one-receiver', 'a/0 /{x="1"}:{}', 'nothing', 'firing x=1'] as const),
  ]),
  ...because(
    'docs/alertmanager.md, State is on disk before an answer: alerts and the timers of groups outlive the process',
    ['SIGTERM-told-and-not-sent-again', '2 GET /api/v2/alerts? > 0', 'nothing', 'n=1'],
    ['SIGTERM-told-and-not-sent-again', '3 GET /api/v2/alerts/groups? > 0', 'nothing', 'group of n=1'],
    [
      'SIGTERM-runs-out-afterwards',
      alone('SIGTERM-runs-out-afterwards', '{n="1", SCENARIO}'),
      'nothing',
      'resolved n=1',
    ],
    ['SIGTERM-waits-for-its-group', 'team/0 :{}', 'nothing', 'firing n=1, n=2'],
    ['SIGKILL-told-and-not-sent-again', '2 GET /api/v2/alerts? > 0', 'nothing', 'n=1'],
    ['SIGKILL-told-and-not-sent-again', '3 GET /api/v2/alerts/groups? > 0', 'nothing', 'group of n=1'],
    [
      'SIGKILL-runs-out-afterwards',
      alone('SIGKILL-runs-out-afterwards', '{n="1", SCENARIO}'),
      'nothing',
      'resolved n=1',
    ],
    ['SIGKILL-waits-for-its-group', 'team/0 :{}', 'nothing', 'firing n=1, n=2'],
  ),
  ...because(
    'docs/alertmanager.md, State is on disk before an answer: the original forgets what it has told when it is killed',
    ['SIGKILL-told-and-sent-again', alone('SIGKILL-told-and-sent-again', '{n="1", SCENARIO}'), 'firing n=1', 'nothing'],
    [
      'SIGKILL-sent-again-and-resolved',
      alone('SIGKILL-sent-again-and-resolved', '{n="1", SCENARIO}'),
      'firing n=1',
      'nothing',
    ],
    [
      'SIGKILL-resolved-afterwards',
      alone('SIGKILL-resolved-afterwards', '{n="1", SCENARIO}'),
      'nothing',
      'resolved n=1',
    ],
    [
      'SIGKILL-inhibited-afterwards-too',
      alone('SIGKILL-inhibited-afterwards-too', '{SCENARIO, sev="page"}'),
      ...(['firing sev=page', 'nothing'] as const),
    ],
  ),
  ...because(
    'docs/muting.md, Silences: they are on disk before the request is answered; the original writes them every 15 minutes',
    ['SIGKILL-silence-stays', alone('SIGKILL-silence-stays', '{n="1", SCENARIO}'), 'firing n=1', 'nothing'],
    ['SIGKILL-silence-stays', '5 GET /api/v2/silences? > 0', 'nothing', 'silence <0>, active'],
    ['SIGKILL-silence-stays', '5 GET /api/v2/silences? > 1', 'nothing', 'silence <2>, pending'],
    ['SIGKILL-silence-stays', '5 GET /api/v2/silences? > 2', 'nothing', 'silence <1>, expired'],
    ['SIGKILL-silence-stays', '7 GET /api/v2/alerts? > 0 > status > silencedBy > 0', 'nothing', '"silence <0>"'],
    ['SIGKILL-silence-stays', '7 GET /api/v2/alerts? > 0 > status > state', '"active"', '"suppressed"'],
  ),
]

/** What later releases than Debian's do as we do. */
const CHANGED_SINCE_0_25: readonly Listed[] = [
  ...because(
    '0.31: an empty group_by of a child ends the inherited `...`',
    ...([1, 2] as const).map((n): Said => {
      const scenario = 'an-empty-list-of-a-child-groups-all'
      return [scenario, `a/0 /{k="1"}:{k="1", n="${n}", scenario="${scenario}"}`, `firing k=1 n=${n}`, 'nothing']
    }),
    ['an-empty-list-of-a-child-groups-all', 'a/0 /{k="1"}:{}', 'nothing', 'firing k=1 n=1, k=1 n=2'],
  ),
  ...because(
    '0.27: any UTF-8 text names a label',
    ['names-beyond-the-classic-ones', 'team/0 :{}', 'nothing', 'firing n=2, a name=x n=1'],
    ['names-beyond-the-classic-ones', 'team/0 :{}', 'firing n=2', 'nothing'],
    ['names-beyond-the-classic-ones', 'post 1 > status', '400', '200'],
    [
      ...(['names-beyond-the-classic-ones', 'post 1 > text'] as const),
      ...([JSON.stringify('"invalid label set: invalid name \\"a name\\""\n'), '""'] as const),
    ],
  ),
  ...because('0.34 puts what is wrong with several alerts on a line each', [
    ...(['some-of-a-request-are-invalid', 'post 1 > text'] as const),
    JSON.stringify('"start time must be before end time; start time must be before end time"\n'),
    JSON.stringify('"start time must be before end time\\nstart time must be before end time"\n'),
  ]),
  ...because(
    '0.28: groups show that time intervals mute them, and can be asked without those',
    [
      ...(['shown-at-a-mute-time', '3 GET /api/v2/alerts/groups? > 0 > alerts > 0 > status > state'] as const),
      ...(['"active"', '"suppressed"'] as const),
    ],
    ['shown-at-a-mute-time', '4 GET /api/v2/alerts/groups?muted=false > 0', 'group of k=1', 'nothing'],
  ),
]

/** Debian's release. */
export const SINCE_0_25: Differences = {
  keys: [
    { key: 'notification_reason', onlyIn: 'ours', reason: '0.32 added it to the webhook' },
    { key: 'routeLabels', onlyIn: 'ours', reason: '0.34 added it to the webhook and to groups' },
    { key: 'mutedBy', onlyIn: 'ours', reason: '0.28 added it to the status of alerts' },
  ],
  listed: [...ON_PURPOSE, ...CHANGED_SINCE_0_25],
  astray: [],
}

/** What 0.34 does otherwise than we and 0.25, or shows only there. */
const ONLY_IN_0_34: readonly Listed[] = [
  ...because(
    'docs/muting.md, Inhibition: every source counts, not only the last one with the same values of `equal`',
    [
      'another-source-goes-on',
      alone('another-source-goes-on', '{cluster="a", SCENARIO, sev="warn"}'),
      ...(['firing cluster=a sev=warn', 'nothing'] as const),
    ],
    ['another-source-goes-on', '5 GET /api/v2/alerts?active=false > 0', 'nothing', 'cluster=a sev=warn'],
  ),
  ...because(
    'docs/alertmanager.md, State is on disk before an answer: what was told is known after kill -9, so the reason',
    [
      ...(['SIGKILL-one-more-afterwards', 'team/0 :{}: firing n=1, n=2 > notification_reason'] as const),
      ...(['"first notification"', '"new alerts added"'] as const),
    ],
  ),
]

/** The release that we follow. */
export const SINCE_0_34: Differences = {
  keys: [],
  listed: [...ON_PURPOSE, ...ONLY_IN_0_34],
  astray: [
    { begins: 'generated-inhibition-', reason: 'docs/muting.md, Inhibition: its index of sources forgets some' },
  ],
}

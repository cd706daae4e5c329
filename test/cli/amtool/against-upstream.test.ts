import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type RouterClient, startRouter } from '../../alertmanager/support/router-process.ts'
import { ALERTMANAGER, AMTOOL, missing, startUpstream } from '../../alertmanager/support/upstream.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { type Outcome, type Run, runner, runOurs } from './run.ts'

const YAML = `
route:
  receiver: all
  group_by: [alertname]
  routes:
    - {receiver: page, matchers: ['severity="page"'], group_wait: 5s, continue: true}
receivers: [{name: all}, {name: page}]
`

/** What release 0.34 prints differently from 0.25, which is what Debian has. */
const NEWER: readonly (readonly [old: RegExp, now: string])[] = [
  // Reasons are JSON after one blank.
  [/(\]\[\d+\] \w+) {2}(.*)/g, '$1 "$2"'],
  [/(\]\[404\] \w+) /g, '$1'],
  [/("inhibitedBy":\[\]),("silencedBy")/g, '$1,"mutedBy":M,$2'],
]

/** What differs between any two runs, and what only one of the two servers has. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T'],
  [/\d{4}-\d\d-\d\d [\d:]+ UTC/g, 'T'],
  [/"mutedBy":(?:null|\[\])/g, '"mutedBy":M'],
  [/"fingerprint":"\w+"/g, 'F'],
  [/silence invalid: /g, 'invalid silence: '],
  // A warning of two blanks or one newline more or less is none.
  [/\n+$/, '\n'],
]

function same({ stdout, stderr, code }: Outcome, rules: readonly (readonly [RegExp, string])[]): Outcome {
  const settle = (text: string) => rules.reduce((now, [pattern, value]) => now.replace(pattern, value), text)
  return { stdout: settle(stdout), stderr: settle(stderr), code }
}

/** Command lines that no server gets to see. */
const WRONG: readonly (readonly string[])[] = [
  ['alert', 'add', 'x', '--annotation=foo'],
  ['alert', 'add', 'x', '--start=bad'],
  ['alert', 'add', 'x', '--end=2026-13-01T00:00:00Z'],
  ['alert', 'add', 'x', '--end=2026-02-30T00:00:00Z'],
  ['alert', 'add', 'x', 'a=~b'],
  ['silence', 'add'],
  ['silence', 'add', 'Disk'],
  ['silence', 'add', 'a=b', '-c', 'x', '-d', '0s'],
  ['silence', 'add', 'a=b', '-c', 'x', '-d', '1.5h'],
  ['silence', 'add', 'a=b', '-c', 'x', '--start=2026-01-01T00:00:00Z', '--end=2025-01-01T00:00:00Z'],
  ['silence', 'update'],
  ['silence', 'expire'],
  ['silence', 'query', '--within', '5x'],
  ['silence', 'query', '-x'],
  ['silence', 'import', 'nofile'],
  ['cluster', 'bogus'],
  ['bogus'],
  ['--foo'],
  ['-z'],
  ['-o', 'foo', 'alert'],
  ['alert', '--timeout=x'],
  ['alert', 'query', '-r'],
  ['alert', '-v', '-v'],
  ['silence', 'expire', '--foo'],
]

/** Runs the same commands with both programs, each against a server of its own kind that starts empty. */
async function compare(t: TestContext, start: () => Promise<readonly [RouterClient, RouterClient]>): Promise<void> {
  const [server, twin] = await start()
  const [ours, theirs] = [runOurs(t), runner(t, AMTOOL!)]
  const ids: [string, string] = ['', '']
  const both = async (...args: readonly string[]) => {
    const fill = (id: string) => args.map((arg) => arg.replace('{id}', id))
    const run = (program: Run, { url }: RouterClient, id: string) => {
      return program([`--alertmanager.url=${url}`, '--no-version-check', ...fill(id)])
    }
    const [our, their] = await Promise.all([run(ours, server, ids[0]), run(theirs, twin, ids[1])])
    assert.deepEqual(same(our, CHANGING), same(same(their, NEWER), CHANGING), args.join(' '))
    return [our, their] as const
  }

  await both('alert', 'add', 'Disk', 'team=a', '--annotation=summary="full <b>"', '--start=2026-01-01T00:00:00Z')
  await both('alert', 'add', 'alertname=Net', 'severity=page', '--generator-url=http://x/y', '--annotation=a="ü"')
  for (const command of [
    ['alert'],
    ['alert', 'query', '-o', 'extended'],
    ['-o', 'json', 'alert', 'query'],
    ['alert', 'Disk'],
    ['alert', 'query', 'alertname=~"N.*"', 'severity!=x'],
    ['alert', '-aisu'],
    ['alert', '-s'],
    ['alert', '-r', 'pag.'],
    ['alert', '-r', '('],
    ['alert', '-ojson', 'nothing'],
    ['alert', 'add'],
    ['silence', 'add', 'a=""', '-c', 'x'],
    ['silence', 'query'],
    ['silence', 'update', '5d56a3e4-6e61-4dd8-a4a4-7d0f44a8b7c5'],
    ['cluster'],
    ['cluster', 'show', '-o', 'extended'],
    ['cluster', 'show', '-o', 'json'],
  ]) {
    await both(...command)
  }

  for (const [at, { stdout }] of (
    await both('silence', 'add', 'Disk', 'a=~"b|c"', 'd!=e', '-c', 'one', '-a', 'me', '-d', '2h')
  ).entries()) {
    ids[at] = stdout.trim()
  }
  await both('silence', 'add', 'later=yes', '-c', 'two <>', '-a', 'you', '--start=2099-01-01T00:00:00Z', '-d', '1w')
  for (const command of [
    ['silence'],
    ['silence', 'query', '-o', 'extended'],
    ['silence', 'query', '-q'],
    ['silence', 'query', 'alertname=Disk'],
    ['silence', 'query', 'Disk', '-o', 'json'],
    ['silence', 'query', '--within', '3h'],
    ['silence', 'query', '--created-by', 'you', '-o', 'extended'],
    ['silence', 'update', '{id}', '-d', '3h', '-c', 'longer'],
    ['silence', 'query', '--within', '150m'],
    ['silence', 'expire', '{id}'],
    ['silence', 'query'],
    ['silence', 'query', '--expired'],
    ['silence', 'query', '--expired', '--within=1h', '-o', 'json'],
  ]) {
    await both(...command)
  }
}

test('amtool refuses what the original refuses, in its words', missing(AMTOOL, 'amtool'), async (t) => {
  const [ours, theirs] = [runOurs(t), runner(t, AMTOOL!)]
  for (const args of WRONG) {
    const [our, their] = await Promise.all([ours(['--alertmanager.url=http://127.0.0.1:1', ...args]), theirs(args)])
    assert.deepEqual(same(our, CHANGING), same(their, CHANGING), args.join(' '))
    assert.equal(our.code, 1)
  }
})

test('amtool prints what the original prints', missing(AMTOOL, 'amtool'), async (t) => {
  await compare(t, () => {
    return Promise.all([startRouter(t, temporaryDirectory(t), YAML), startRouter(t, temporaryDirectory(t), YAML)])
  })
})

test(
  'amtool prints what the original prints of an original server',
  missing(AMTOOL === undefined ? undefined : ALERTMANAGER, 'amtool with alertmanager'),
  async (t) => {
    await compare(t, () => {
      return Promise.all([startUpstream(t, temporaryDirectory(t), YAML), startUpstream(t, temporaryDirectory(t), YAML)])
    })
  },
)

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { AMTOOL, missing } from '../../alertmanager/support/upstream.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { runner, runOurs } from './run.ts'

const YAML = `
route:
  receiver: all
  group_by: [alertname, cluster]
  routes:
    - {receiver: page, matchers: ['severity="page"'], continue: true, mute_time_intervals: [weekend]}
    - {receiver: ops, match_re: {team: "a|b"}, routes: [{receiver: page, match: {wake: "yes"}, group_by: ['...']}]}
    - {matchers: [x="1", y=~"2|3"], active_time_intervals: [weekend]}
receivers: [{name: all}, {name: page}, {name: ops}]
templates: ['*.tmpl']
time_intervals: [{name: weekend, time_intervals: [{weekdays: ['saturday', 'sunday']}]}]
inhibit_rules: [{source_matchers: [a="b"], target_matchers: [c="d"], equal: [e]}]
`
const DATA = {
  receiver: 'r',
  Status: 'odd',
  alerts: [{ status: 'firing', labels: { b: 'c', alertname: 'x' }, endsAt: '2026-01-02T03:04:05+02:00' }],
  groupLabels: { a: '<b>' },
}

function write(directory: string): string {
  writeFileSync(join(directory, 'a.yml'), YAML)
  writeFileSync(join(directory, 'x.tmpl'), '{{ define "foo" }}bar {{ .Receiver }} <{{ .GroupLabels.a }}>{{ end }}')
  writeFileSync(join(directory, 'data.json'), JSON.stringify(DATA))
  return directory
}

const render = (text: string, ...more: readonly string[]) => {
  return ['template', 'render', '--template.glob=*.tmpl', `--template.text=${text}`, ...more]
}

test('amtool reads configurations and templates as the original does', missing(AMTOOL, 'amtool'), async (t) => {
  const cwd = write(temporaryDirectory(t))
  const [ours, theirs] = [runOurs(t), runner(t, AMTOOL!)]
  for (const args of [
    ['config', 'routes', '--config.file=a.yml'],
    ['config', 'routes', 'test', '--config.file=a.yml'],
    ['config', 'routes', 'test', '--config.file=a.yml', 'team=a', 'wake=yes', 'severity=page', '--tree'],
    ['config', 'routes', 'test', '--config.file=a.yml', 'team=a', 'severity=page', '--verify.receivers=all'],
    ['config', 'routes', 'test', '--config.file=a.yml', 'team=a', 'severity=page', '--verify.receivers=page,ops'],
    ['config', 'routes', 'test', '--config.file=a.yml', 'foo'],
    ['config', 'routes', 'test', '--config.file=a.yml', 'a!=b'],
    ['config', 'routes', 'test', '--config.file=nowhere'],
    ['check-config', 'a.yml'],
    ['check-config', 'nowhere'],
    ['template'],
    render('{{ template "foo" . }}'),
    render('{{ template "foo" . }}', '--template.type=html', '--template.data=data.json'),
    render(
      '{{ .Status }} {{ range .Alerts.Firing }}{{ .Labels.Names }} {{ .EndsAt }}{{ end }}',
      '--template.data=data.json',
    ),
    render('{{ template "fo" . }}'),
    render('{{ .Alerts | len }} {{ (index .Alerts 0).Labels.instance }} {{ .CommonLabels.Values }} {{ .ExternalURL }}'),
    render('x', '--template.type=htm'),
    render('x', '--template.data=nowhere'),
  ]) {
    const [our, their] = await Promise.all([ours(args, { cwd }), theirs(args, { cwd })])
    const settle = (text: string) => {
      // Debian's build has a server by default, and hence says that the file is preferred.
      const plain = text.replace('Warning: --config.file flag overrides the --alertmanager.url.\n', '')
      // 0.34 says it with a capital letter, and without blanks that do not break.
      return plain
        .replace('labels: labels must', 'labels: Labels must')
        .replace('Failed to parse labels: Labels', 'Labels')
        .replaceAll('\u00a0', ' ')
        .trimEnd()
    }
    assert.deepEqual(
      { ...our, stdout: settle(our.stdout), stderr: settle(our.stderr) },
      { ...their, stdout: settle(their.stdout), stderr: settle(their.stderr) },
      args.join(' '),
    )
  }
})

test('check-config shows every problem with its place, and reads standard input', async (t) => {
  const cwd = write(temporaryDirectory(t))
  const ours = runOurs(t)
  writeFileSync(join(cwd, 'bad.yml'), YAML.replace('{receiver: page, m', '{receiver: nobody, m'))
  const bad = await ours(['check-config', 'a.yml', 'bad.yml'], { cwd })
  assert.equal(bad.code, 1)
  assert.match(bad.stdout, /^Checking 'a.yml' {2}SUCCESS\nFound:\n - global config\n - route\n - 1 inhibit rules\n/)
  assert.match(bad.stdout, /Checking 'bad.yml' {2}FAILED: bad.yml:6:\d+ .*undefined receiver "nobody" used in route/)
  assert.equal(bad.stderr.trimEnd(), 'amtool: error: failed to validate 1 file(s)')
  writeFileSync(join(cwd, 'y.tmpl'), '{{ end }}')
  const torn = await ours(['check-config', 'a.yml'], { cwd })
  assert.match(torn.stdout, / - 1 templates\n {2}FAILED: .*y\.tmpl:1.*unexpected \{\{end\}\}/s)
  const piped = await ours(['check-config'], { stdin: YAML.replace('*.tmpl', 'none/*.tmpl') })
  assert.deepEqual([piped.code, piped.stdout.split('\n')[0]], [0, "Checking '/dev/stdin'  SUCCESS"])
})

test('vedette routes says what holds at a time, and why an alert goes where it goes', async (t) => {
  const cwd = write(temporaryDirectory(t))
  const vedette = runner(t, process.execPath, [join(import.meta.dirname, '../../../cli/main.ts')])
  const labels = ['--config.file=a.yml', 'severity=page', 'team=b']
  const at = await vedette(['routes', 'test', ...labels, '--at=2026-01-03T10:00:00Z'], { cwd })
  assert.deepEqual([at.code, at.stderr], [0, ''])
  assert.equal(
    at.stdout,
    'page,ops\npage: muted by weekend at 2026-01-03T10:00:00.000Z\nops: tells at 2026-01-03T10:00:00.000Z\n',
  )
  const outside = await vedette(['routes', 'test', '--config.file=a.yml', 'x=1', 'y=2', '--at=2026-01-05T10:00:00Z'], {
    cwd,
  })
  assert.equal(outside.stdout, 'all\nall: muted outside of weekend at 2026-01-05T10:00:00.000Z\n')
  const { stdout } = await vedette(['routes', 'explain', ...labels, 'alertname=D', '--at=2026-01-05T10:00:00Z'], {
    cwd,
  })
  assert.equal(
    stdout,
    `.
└── default-route  entered
    ├── {severity="page"}  tells page
    ├── {team=~"^(?:a|b)$"}  tells ops
    │   └── {wake="yes"}  refused: wake is not there
    └── {x="1",y=~"2|3"}  not tried: {team=~"^(?:a|b)$"} does not continue

receiver: page
  group:  {}/{severity="page"}:{alertname="D"}
  times:  group_wait 30s, group_interval 5m, repeat_interval 4h

receiver: ops
  group:  {}/{team=~"^(?:a|b)$"}:{alertname="D"}
  times:  group_wait 30s, group_interval 5m, repeat_interval 4h

page: tells at 2026-01-05T10:00:00.000Z
ops: tells at 2026-01-05T10:00:00.000Z
`,
  )
})

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startCli } from '../../support/cli-process.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const CASES = `tests:
  - name: severity is found
    input: [{lines: WARN it is hot}]
    expect: {records: [{severity: WARN}]}
  - name: this one fails
    input: [{pod: web-0, lines: "one\\ntwo"}]
    expect: {records: [{body: one}, {body: three}]}
`

test('vedette check runs tests, tells which fail and where, and ends with 1 if one does', async (t) => {
  const directory = temporaryDirectory(t)
  const config = join(directory, 'agent.yaml')
  const cases = join(directory, 'cases.yaml')
  writeFileSync(config, 'node_name: a\n')
  writeFileSync(cases, CASES)
  const { code, stdout, stderr } = await startCli(t, ['check', config, '--test', cases]).ended
  assert.equal(
    stdout,
    `${config}: valid
ok    severity is found
FAIL  this one fails  (${cases}:5)
      record 2: body
        expected  "three"
        got       "two"
      2 records came out
        1. default/web-0/app - "one"
        2. default/web-0/app - "two"
1 passed, 1 failed
`,
  )
  assert.deepEqual([code, stderr], [1, ''])
  writeFileSync(cases, CASES.replace('three', 'two'))
  const good = await startCli(t, ['check', config, '--test', cases]).ended
  assert.equal(good.code, 0)
  assert.match(good.stdout, /\n2 passed, 0 failed\n$/)
})

test('vedette check knows whose a configuration is by its name, and has that service check it', async (t) => {
  const directory = temporaryDirectory(t)
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }
  const cases = [
    [['check', write('agent-prod.yaml', 'ship: {endpoint: x}\n')], 1, /ship has no option "endpoint"; did you mean/],
    [['check', write('collector.yaml', 'nope: 1\n')], 1, /collector\.yaml:1:1 .*has no option "nope"/],
    [['check', write('store.yaml', '{}\n')], 0, /^$/],
    [['check', write('mine.yaml', '{}\n'), '--service', 'store', '--set', 'listen_address=nowhere'], 1, /listen/],
    [['check', write('alertmanager.yml', 'route: {receiver: a}\n')], 1, /undefined receiver|receiver/],
    [['check', join(directory, 'mine.yaml')], 2, /which service is .*mine\.yaml for\? Name it with --service/],
    [['check', join(directory, 'store.yaml'), '--test', 'x'], 2, /--test is for the agent/],
    [['check', join(directory, 'agent.yaml')], 1, /cannot read the configuration file/],
    [['check'], 2, /missing required argument/],
  ] as const
  await Promise.all(
    cases.map(async ([args, code, problem]) => {
      const ended = await startCli(t, args).ended
      assert.deepEqual([args, ended.code], [args, code], ended.stderr)
      assert.match(ended.stderr, problem)
      if (code === 0) assert.match(ended.stdout, /: valid\n$/)
    }),
  )
})

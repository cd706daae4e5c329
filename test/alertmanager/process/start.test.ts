import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { routerFlags, spawnRouter, startRouter } from '../support/router-process.ts'

test('without a file it starts, says so, keeps and shows alerts, and stops cleanly', async (t) => {
  const router = await startRouter(t, temporaryDirectory(t), undefined)
  assert.match(router.child.stderr, /level=info [^\n]*msg="no --config\.file given: [^"]*nobody is notified"/)
  await router.push([{ alertname: 'A' }])
  const alerts = (await (await router.get('/api/v2/alerts')).json()) as { receivers: object[] }[]
  assert.deepEqual(
    alerts.map(({ receivers }) => receivers),
    [[{ name: 'default' }]],
  )
  assert.deepEqual(await (await router.get('/api/v2/silences')).json(), [])
  assert.equal((await router.get('/-/ready')).status, 200)
  assert.match(await (await router.get('/')).text(), /\/api\/v2\/alerts/)
  const exit = await router.child.kill('SIGTERM')
  assert.equal(exit.code, 0)
  assert.equal(exit.stdout, '')
  assert.doesNotMatch(exit.stderr, /level=(warn|error|fatal)/)
})

/** Starts a router that must not start, and returns what it says. */
async function refused(t: TestContext, flags: readonly string[]): Promise<string> {
  const exit = await spawnRouter(t, flags).exit()
  assert.equal(exit.code, 1, exit.stderr)
  assert.equal(exit.stdout, '')
  assert.doesNotMatch(exit.stderr, /^ {4}at /m, 'a stack trace is for programmers')
  return exit.stderr
}

test('a port in use is one clear error', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  t.after(() => taken.close())
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as { port: number }
  const flags = routerFlags(temporaryDirectory(t), ['--config.file='], `127.0.0.1:${port}`)
  const text = await refused(t, flags)
  assert.match(text, new RegExp(`alertmanager: address 127\\.0\\.0\\.1:${port} is already in use\n.*Stop the process`))
})

test('a directory that cannot be written, or that another router holds, is one clear error', async (t) => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'file'), '')
  const text = await refused(t, routerFlags(join(directory, 'file'), ['--config.file=']))
  assert.match(text, /alertmanager: cannot write in directory .*file\/data: .*\n.*Create the directory/)

  await startRouter(t, directory, undefined)
  assert.match(
    await refused(t, routerFlags(directory, ['--config.file='])),
    /directory .*data is in use by another process\n/,
  )
})

test('a configuration that is wrong is shown with file, line and caret', async (t) => {
  const directory = temporaryDirectory(t)
  const file = join(directory, 'bad.yml')
  writeFileSync(file, 'route: {receiver: teem}\nreceivers: [{name: team}]\ntime_intervals: 5\n')
  const text = await refused(t, [...routerFlags(directory), `--config.file=${file}`])
  assert.match(text, /bad\.yml:1:\d+.*undefined receiver "teem" used in route; did you mean "team"\?/)
  assert.match(text, /bad\.yml:3:\d+.*time_intervals must be a list/)
  assert.match(text, /\^/)
  const missing = await refused(t, [...routerFlags(directory), `--config.file=${join(directory, 'gone.yml')}`])
  assert.match(missing, /cannot read the configuration file .*gone\.yml: ENOENT.*\nCheck the path/)
})

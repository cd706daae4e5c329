import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCli } from '../../support/cli-process.ts'
import { startAgent } from '../../support/observed-agent.ts'
import { until } from '../../support/until.ts'

test('vedette tap shows what passes through an agent, at each stage, until Ctrl-C or its limit', async (t) => {
  const { url, files } = await startAgent(t)
  const web = files('web-0')
  const tap = (...args: readonly string[]) => startCli(t, ['tap', '--agent', url, '-t', 'utc', ...args])
  const taps = [
    tap('--stage', 'read', '-n', 'shop', '--limit', '2'),
    tap('--stage', 'decoded', '-n', 'shop', '--limit', '2'),
    tap('-p', 'web', '-c', 'app', '--limit', '2'),
    tap('-o', 'json'),
  ]
  const metrics = async () => (await fetch(`${url}/metrics`)).text()
  await until('all look', async () => /^vedette_agent_taps 4$/m.test(await metrics()), { everyMs: 20 })
  web.append(
    '2026-11-21T10:46:00.5Z stdout F ERROR one\n2026-11-21T10:46:00.6Z stderr P two\n2026-11-21T10:46:01Z stderr F \n',
  )
  const [read, decoded, record] = await Promise.all(taps.slice(0, 3).map(({ ended }) => ended))
  assert.equal(
    read!.stdout,
    'web-0/app 0.log:0 2026-11-21T10:46:00.5Z stdout F ERROR one\nweb-0/app 0.log:42 2026-11-21T10:46:00.6Z stderr P two\n',
  )
  assert.equal(
    decoded!.stdout,
    '2026-11-21T10:46:00.500000000Z web-0/app 0.log:0 stdout F ERROR one\n2026-11-21T10:46:00.600000000Z web-0/app 0.log:42 stderr P two\n',
  )
  assert.equal(
    record!.stdout,
    '2026-11-21T10:46:00.500000000Z shop/web-0/app ERROR ERROR one\n2026-11-21T10:46:00.600000000Z shop/web-0/app two\n',
  )
  assert.deepEqual([read!.code, decoded!.code, record!.code], [0, 0, 0])
  const json = taps[3]!
  await until('both records came', () => json.output.stdout.split('\n').length === 3, { everyMs: 20 })
  json.child.kill('SIGINT')
  const { code, stdout, stderr } = await json.ended
  assert.deepEqual([code, stderr], [0, ''])
  const first = JSON.parse(stdout.split('\n')[0]!) as { body: string; resource: Record<string, unknown> }
  assert.deepEqual([first.body, first.resource['k8s.namespace.name']], ['ERROR one', 'shop'])
})

test('vedette tap says what is wrong, and what to do', async (t) => {
  const { url, process } = await startAgent(t, ['web.tap=off'])
  const forbidden = await startCli(t, ['tap', '--agent', url]).ended
  assert.equal(forbidden.code, 1)
  assert.match(
    forbidden.stderr,
    /^vedette tap: log lines are shown to processes of .*: web\.tap is off\nRun `vedette tap`/,
  )
  const limits = await startCli(t, ['tap', '--rate', '6000'], {
    VEDETTE_AGENT: url.replace('127.0.0.1', '[127.0.0.1]'),
  }).ended
  assert.match(limits.stderr, /web\.tap is off/)
  process.child.kill('SIGKILL')
  await process.exited
  const gone = await startCli(t, ['tap'], { VEDETTE_AGENT: url }).ended
  assert.deepEqual([gone.code, gone.stdout], [1, ''])
  assert.match(
    gone.stderr,
    /^vedette tap: no answer from the agent at http:\S+: connection refused\nIs the agent running\?/,
  )
  const usage = await startCli(t, ['tap', '--stage', 'joined']).ended
  assert.equal(usage.code, 2)
})

test('vedette tap ends with the agent, and says so', async (t) => {
  const { url, process } = await startAgent(t)
  const { ended } = startCli(t, ['tap'], { VEDETTE_AGENT: url })
  await until('it looks', async () => /^vedette_agent_taps 1$/m.test(await (await fetch(`${url}/metrics`)).text()), {
    everyMs: 20,
  })
  process.child.kill('SIGTERM')
  const { code, stderr } = await ended
  assert.equal(code, 1)
  assert.match(stderr, /it is stopping/)
  assert.equal(await process.exited, 0)
})

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TopView } from '../../../cli/operate/top-rates.ts'
import { startCli } from '../../support/cli-process.ts'
import { HttpPeer } from '../../support/http-peer.ts'
import { startAgent } from '../../support/observed-agent.ts'
import { until } from '../../support/until.ts'

test('vedette top prints a table, or JSON with rates, of a running agent', async (t) => {
  const collector = await HttpPeer.start(t)
  const { url, files } = await startAgent(t, [`ship.endpoints=["${collector.url}"]`])
  const web = files('web-0')
  web.write(['one'])
  const watching = startCli(t, ['top', '--agent', url, '--json', '--interval', '200ms'])
  const views = () =>
    watching.output.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as TopView)
  // Written for as long as it takes: a rate is of what comes between two looks.
  await until(
    'there is a rate',
    () => {
      web.write(['and more'])
      return views().some(({ containers }) => containers[0]!.read_bytes_per_second > 0)
    },
    { everyMs: 20 },
  )
  watching.child.kill('SIGINT')
  const { code, stderr } = await watching.ended
  assert.deepEqual([code, stderr], [0, ''])
  const once = await startCli(t, ['top', '--once', '--interval', '100ms', '--sort', 'behind'], { VEDETTE_AGENT: url })
    .ended
  assert.equal(once.code, 0)
  const lines = once.stdout.trimEnd().split('\n')
  assert.match(lines[0]!, /^vedette agent \S+ on \S+, up \S+, ready$/)
  assert.match(lines.at(-1)!, /^shop\/web-0\/app {39}\s*\S+B\s+\S+B\s+\S+$/)
  assert.match(once.stdout, /\nship {9}\s+\S+ +\S+ +0 {2}\d+ records in \d requests\n/)
  for (const line of lines) assert.ok(line.length <= 80)
})

test('vedette top says that there is no agent, and goes on when one goes away', async (t) => {
  const { url, process } = await startAgent(t)
  const watching = startCli(t, ['top', '--agent', url, '--interval', '100ms'])
  await until('it is printed', () => watching.output.stdout.includes('CONTAINER'), { everyMs: 20 })
  process.child.kill('SIGKILL')
  await until('it is missed', () => /-- no answer from the agent .*; trying again/.test(watching.output.stderr), {
    everyMs: 20,
  })
  watching.child.kill('SIGTERM')
  assert.equal((await watching.ended).code, 0)
  const gone = await startCli(t, ['top', '--once'], { VEDETTE_AGENT: url }).ended
  assert.deepEqual([gone.code, gone.stdout], [1, ''])
  assert.match(gone.stderr, /connection refused\nIs the agent running\?/)
  const usage = await startCli(t, ['top', '--interval', '1ms']).ended
  assert.equal(usage.code, 2)
})

const SCRIPT_MISSING = existsSync('/usr/bin/script')
  ? false
  : 'script(1) of util-linux, which makes a terminal, is missing'

test('in a terminal the table is refreshed in place until q', { skip: SCRIPT_MISSING }, async (t) => {
  const { url, files } = await startAgent(t)
  files('web-0').write(['one'])
  const entry = join(import.meta.dirname, '../../../cli/main.ts')
  const command = `stty cols 80 rows 24; exec ${process.execPath} ${entry} top --interval 100ms --agent ${url}`
  const child = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], { env: { ...process.env, TERM: 'xterm' } })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const ended = once(child, 'close')
  await until('it is drawn', () => output.includes('CONTAINER (by rate)'), { everyMs: 20 })
  assert.ok(output.includes('\x1b[?1049h'))
  child.stdin.write('s')
  await until('the order changes', () => output.includes('CONTAINER (by behind)'), { everyMs: 20 })
  child.stdin.write('q')
  const [code] = (await ended) as [number]
  assert.equal(code, 0)
  assert.ok(output.endsWith('\x1b[?25h\x1b[?1049l'), JSON.stringify(output.slice(-40)))
})

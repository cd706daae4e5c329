import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startQueryServer } from '../../collector/query/query-server.ts'

const ENTRY = join(import.meta.dirname, 'entry.ts')

function start(t: TestContext, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [ENTRY, ...args], { env: { ...process.env, NO_COLOR: '', TZ: 'UTC', ...env } })
  t.after(() => child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const ended = once(child, 'close').then(([code]) => ({ ...output, code: code as number | null }))
  return { child, output, ended }
}

/** Polls, and gives up before the runner would: a timer that goes on for ever keeps the whole run from ending. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 4_000; turn++) {
    if (condition()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`it never came to ${condition}`)
}

const at = (second: number) => `2026-11-21T10:00:${String(second).padStart(2, '0')}.123456789Z`
const line = (n: number, more: Record<string, string> = {}) => ({
  ...{
    id: `id${n}`,
    time: at(n),
    namespace: 'shop',
    pod: 'web-1',
    container: 'app',
    stream: 'stdout',
    text: `line ${n}`,
  },
  ...more,
})

test('query prints the newest lines, oldest first, and colours only when asked', async (t) => {
  const { url, index } = await startQueryServer(t)
  index.add(line(1), line(2, { severity: 'ERROR', text: 'a\nb' }), line(3, { pod: 'db-0' }))
  const plain = await start(t, ['query', '--server', url, '--limit', '2']).ended
  assert.equal(plain.stderr, '')
  assert.equal(
    plain.stdout,
    '11-21 10:00:02.123 shop/web-1/app ERROR a\n    b\n11-21 10:00:03.123 shop/db-0/app line 3\n',
  )
  const [coloured, again] = await Promise.all(
    ['--color', '--color'].map((flag) => start(t, ['query', flag, '-t', 'none', '-n', 'shop', '--server', url]).ended),
  )
  assert.equal(coloured?.stdout, again?.stdout)
  assert.match(coloured!.stdout.replaceAll('\x1b', 'ESC'), /ESC\[\d+mweb-1ESC\[39m/)
})

test('query -o json prints one object per line, all pages with --limit 0', async (t) => {
  const { url, index } = await startQueryServer(t)
  for (let n = 0; n < 2_300; n++) index.add({ ...line(0), id: `id${String(n).padStart(5, '0')}`, text: `"${n}"` })
  const { stdout, code } = await start(t, ['query', '-o', 'json', '--limit', '0'], { VEDETTE_SERVER: url }).ended
  assert.equal(code, 0)
  const ids = stdout
    .trimEnd()
    .split('\n')
    .map((text) => (JSON.parse(text) as { id: string }).id)
  assert.equal(ids.length, 2_300)
  assert.deepEqual(
    ids,
    [...ids].sort((a, b) => (a < b ? -1 : 1)),
  )
})

test('filters and words reach the server', async (t) => {
  const { url, index } = await startQueryServer(t)
  index.add(line(1), line(2, { text: 'needle in hay' }), line(3, { pod: 'db-0', text: 'needle' }))
  const args = [
    'query',
    '-p',
    'web',
    '-c',
    'app',
    '-n',
    'shop',
    '--until',
    at(9),
    '--server',
    url,
    '-t',
    'utc',
    'needle',
    'hay',
  ]
  const { stdout } = await start(t, args).ended
  assert.equal(stdout, `${at(2)} web-1/app needle in hay\n`)
})

test('what a line would do to a terminal is made visible; a pipe gets it as it is', async (t) => {
  const { url, index } = await startQueryServer(t)
  const text = '\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m \u009b1A \u202etxt\r'
  index.add(line(1, { text }))
  const [piped, terminal] = await Promise.all([
    start(t, ['query', '-t', 'none', '--no-color', '--server', url]).ended,
    start(t, ['query', '-t', 'none', '--color', '--server', url]).ended,
  ])
  assert.equal(piped.stdout, `shop/web-1/app ${text}\n`)
  assert.ok(terminal.stdout.endsWith(' \u241b]0;owned\u2407\u241b[2Jred \\u009b1A \\u202etxt\n'), terminal.stdout)
})

test('errors say what to do, with exit codes of their own', async (t) => {
  const { url, index } = await startQueryServer(t)
  const gone = await startQueryServer(t)
  await gone.stop()
  const cases = [
    [['query', '--server', gone.url], 1, /connection refused\nIs the collector running\?/],
    [['tail', '--server', gone.url], 1, /no answer from http:\/\/127\.0\.0\.1:\d+\/: /],
    [['query', '--since', 'tomorrow', '--server', url], 2, /parameter since: must be a duration/],
    [['tail', '"open', '--server', url], 2, /quote at character 1 is not closed/],
    [['query', '--limit', 'many'], 2, /whole number up to 100000/],
    [['query', '--server', 'ftp://x'], 2, /must be a URL such as/],
    [['query', '-o', 'xml'], 2, /Allowed choices are text, json/],
    [['query', '--nope'], 2, /unknown option '--nope'/],
  ] as const
  await Promise.all(
    cases.map(async ([args, code, problem]) => {
      const ended = await start(t, args).ended
      assert.deepEqual([args, ended.code, ended.stdout], [args, code, ''])
      assert.match(ended.stderr, problem)
    }),
  )
  index.fault = () => ({ kind: 'unreachable', reason: 'connection', message: 'connect ECONNREFUSED' })
  const down = await start(t, ['query', '--server', url]).ended
  assert.equal(down.code, 1)
  assert.match(down.stderr, /^vedette query: Elasticsearch did not answer/)
})

test('a reader that has enough ends query without a word', async (t) => {
  const { url, index } = await startQueryServer(t)
  for (let n = 0; n < 3_000; n++) index.add({ ...line(0), id: `id${n}`, text: 'x'.repeat(1_000) })
  const { child, output, ended } = start(t, ['query', '--limit', '0', '--server', url])
  child.stdout.once('data', () => child.stdout.destroy())
  const { code } = await ended
  assert.deepEqual([code, output.stderr], [0, ''])
})

test('tail prints the last lines, then what comes, and Ctrl-C ends it with 0', async (t) => {
  const { url, index } = await startQueryServer(t, { tail: { limits: { pollMs: 20 } } })
  const now = () => new Date().toISOString().replace('Z', '000000Z')
  index.add(line(1), line(2), line(3))
  const { child, output, ended } = start(t, ['tail', '--limit', '2', '-t', 'none', '-n', 'shop', '--server', url])
  await until(() => output.stdout.endsWith('line 3\n'))
  index.add(line(4, { time: now(), text: 'fresh' }))
  await until(() => output.stdout.endsWith('fresh\n'))
  child.kill('SIGINT')
  const { stdout, code } = await ended
  assert.deepEqual([stdout, code], ['web-1/app line 2\nweb-1/app line 3\nweb-1/app fresh\n', 0])
})

test('tail goes on after the connection was cut, without losing or doubling a line', async (t) => {
  const { url, index } = await startQueryServer(t, { tail: { limits: { pollMs: 20 } } })
  const proxy = await startProxy(t, url)
  const { output, ended, child } = start(t, ['tail', '-o', 'json', '--limit', '0', '--server', proxy.url])
  await until(() => proxy.streams === 1)
  const add = (n: number) => index.add(line(n, { time: new Date().toISOString().replace('Z', '000000Z') }))
  const ids = () =>
    output.stdout
      .split('\n')
      .slice(0, -1)
      .map((text) => (JSON.parse(text) as { id: string }).id)
  for (let n = 0; n < 12; n++) {
    add(n)
    if (n % 4 === 3) {
      proxy.cut()
      add(100 + n)
    }
    await until(() => ids().includes(`id${n}`))
  }
  await until(() => ids().includes('id111'))
  child.kill('SIGINT')
  const { code, stderr } = await ended
  assert.equal(code, 0)
  assert.equal(new Set(ids()).size, 15)
  assert.equal(ids().length, 15)
  assert.match(stderr, /-- .*trying again\n-- connected again/)
})

/** Passes requests on, and can cut them all. */
async function startProxy(t: TestContext, target: string) {
  const state = { streams: 0 }
  const proxy = createServer((incoming, outgoing) => {
    const onward = request(`${target}${incoming.url}`, { headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.once('data', () => (state.streams += 1))
      answer.pipe(outgoing)
    })
    outgoing.once('close', () => onward.destroy())
    onward.on('error', () => outgoing.destroy())
    onward.end()
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.after(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    get streams() {
      return state.streams
    },
    cut: () => proxy.closeAllConnections(),
  }
}

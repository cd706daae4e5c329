import assert from 'node:assert/strict'
import { get, type IncomingMessage } from 'node:http'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '#lib/clock.ts'
import { createWebServer } from '#lib/http/server.ts'
import { observeRoutes } from '../../../../agent/observe/routes.ts'
import type { TapAccess } from '../../../../agent/observe/tap/access.ts'
import { TapServer } from '../../../../agent/observe/tap/serve-tap.ts'
import { AgentHarness } from '../../../support/agent-harness.ts'
import { ContainerFiles } from '../../../support/container-files.ts'
import { FakeCollector } from '../../../support/fake-collector.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { until } from '../../../support/until.ts'
import { topOf } from '../top-of.ts'

/** A pipeline in this process, and the web server of an agent that shows what passes through it. */
async function start(t: TestContext, access: TapAccess = 'local') {
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector)
  await agent.start()
  const { tap } = agent.pipeline
  const taps = new TapServer({ tap, clock: systemClock, access })
  const top = topOf(agent)
  const web = createWebServer({
    name: 'web',
    listenAddress: '127.0.0.1:0',
    routes: observeRoutes({ taps, top, targets: () => [] }),
  })
  await web.start?.()
  t.after(async () => {
    await web.stop?.(AbortSignal.timeout(5_000))
    await agent.stop()
  })
  const open = async (query: string) => {
    const response = await fetch(`${web.url}/api/v1/tap?${query}`)
    if (!response.ok) return { status: response.status, error: await response.json() }
    const reader = response.body!.getReader()
    t.after(() => reader.cancel().catch(() => {}))
    return { status: 200, events: eventsOf(reader), close: () => reader.cancel() }
  }
  return { agent, collector, tap, web, open, files: (pod: string) => new ContainerFiles(agent.podsDir, pod) }
}

async function* eventsOf(reader: ReadableStreamDefaultReader<Uint8Array>) {
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    rest += Buffer.from(value).toString('utf8')
    const lines = rest.split('\n')
    rest = lines.pop()!
    for (const line of lines) yield JSON.parse(line) as Record<string, unknown>
  }
}

/** The next events that are not about the tap itself. */
async function take(events: AsyncGenerator<Record<string, unknown>> | undefined, count: number) {
  const taken: Record<string, unknown>[] = []
  while (taken.length < count) {
    const { done, value } = await events!.next()
    if (done) throw new Error(`the tap ended after ${JSON.stringify(taken)}`)
    if (value.type !== 'status') taken.push(value)
  }
  return taken
}

test('each stage is shown as it is, of the containers that are asked for', async (t) => {
  const { agent, open, tap, files } = await start(t)
  assert.deepEqual([tap.wantsLines, tap.wantsRequests], [false, false])
  const read = await open('stage=read&pod=web')
  const decoded = await open('stage=decoded&pod=web')
  const record = await open('pod=web&namespace=shop')
  assert.deepEqual([tap.wantsLines, tap.wantsRequests, tap.count], [true, true, 3])
  const web = files('web-0')
  files('db-0').write(['of another'])
  web.append('2026-11-21T10:46:00.5Z stderr P a\n2026-11-21T10:46:00.6Z stderr F b level=warn\nodd\n')
  await agent.settle()
  const names = { namespace: 'shop', pod: 'web-0', container: 'app', restart_count: 0, file: '0.log' }
  assert.deepEqual(await take(read.events, 3), [
    { type: 'read', ...names, offset: 0, text: '2026-11-21T10:46:00.5Z stderr P a' },
    { type: 'read', ...names, offset: 34, text: '2026-11-21T10:46:00.6Z stderr F b level=warn' },
    { type: 'read', ...names, offset: 79, text: 'odd' },
  ])
  const times = ['2026-11-21T10:46:00.500000000Z', '2026-11-21T10:46:00.600000000Z']
  const inForm = { parsed: true, stream: 'stderr' }
  assert.deepEqual(await take(decoded.events, 3), [
    { type: 'decoded', ...names, offset: 0, ...inForm, time: times[0], partial: true, text: 'a' },
    { type: 'decoded', ...names, offset: 34, ...inForm, time: times[1], partial: false, text: 'b level=warn' },
    { type: 'decoded', ...names, offset: 79, parsed: false, text: 'odd' },
  ])
  const [joined, odd] = await take(record.events, 2)
  assert.deepEqual([joined!.type, joined!.body, joined!.severity_text], ['record', 'ab level=warn', 'warn'])
  assert.equal((joined!.attributes as Record<string, unknown>)['log.iostream'], 'stderr')
  assert.equal((joined!.resource as Record<string, unknown>)['k8s.pod.name'], 'web-0')
  assert.equal(odd!.body, 'odd')
  await Promise.all([read, decoded, record].map(({ close }) => close!()))
  await until('nobody looks any more', () => tap.count === 0)
  assert.deepEqual([tap.wantsLines, tap.wantsRequests], [false, false])
})

test('a line that has no end yet, and one that is longer than a read', async (t) => {
  const { agent, open, files } = await start(t)
  const tapped = await open('stage=read')
  const long = 'x'.repeat(600_000)
  files('web-0').append(`2026-11-21T10:46:00.5Z stdout F ${long}\n2026-11-21T10:46:01Z stdout F torn`)
  await agent.settle()
  await agent.clock.advance(20_000)
  const [first, second] = await take(tapped.events, 2)
  assert.deepEqual(
    [(first!.text as string).length, first!.cut, second!.text],
    [65_536, true, '2026-11-21T10:46:01Z stdout F torn'],
  )
})

test('a limit ends the stream, a stop of the agent too, and no more than four look at once', async (t) => {
  const { agent, open, files, web } = await start(t)
  const limited = await open('limit=1&stage=read')
  files('web-0').write(['one', 'two'])
  await agent.settle()
  const [line, end] = await take(limited.events, 2)
  assert.equal(line!.type, 'read')
  assert.deepEqual(end, { type: 'end', reason: 'limit' })
  const open4 = await Promise.all([1, 2, 3, 4].map(() => open('stage=read')))
  const fifth = await open('stage=read')
  assert.equal(fifth.status, 429)
  assert.equal((fifth.error as { error: { code: string } }).error.code, 'TAP_LIMIT')
  await web.stop?.(AbortSignal.timeout(5_000))
  for (const { events } of open4) assert.deepEqual(await take(events, 1), [{ type: 'end', reason: 'stopping' }])
})

test('who may not look, or asks for what is not there, is told so', async (t) => {
  const { open, web } = await start(t, 'off')
  const refused = await open('')
  assert.equal(refused.status, 403)
  assert.match(JSON.stringify(refused.error), /TAP_FORBIDDEN.*web\.tap is off.*kubectl exec/)
  const unknown = await fetch(`${web.url}/api/v1/nope`)
  assert.equal(unknown.status, 404)
  const { open: openOther } = await start(t)
  const wrong = await openOther('stage=nope')
  assert.deepEqual([wrong.status, (wrong.error as { error: { code: string } }).error.code], [400, 'PARAMETER_INVALID'])
})

test('a client that reads nothing holds nobody up', async (t) => {
  const { agent, collector, web, files, tap } = await start(t)
  const response = await new Promise<IncomingMessage>((resolve) =>
    get(`${web.url}/api/v1/tap?stage=read&rate=5000`, resolve),
  )
  response.pause()
  t.after(() => response.destroy())
  const text = 'y'.repeat(10_000)
  const web0 = files('web-0')
  // Several megabytes, in turns, as it would have to come for the socket's buffers to fill.
  for (let turn = 0; turn < 40; turn++) {
    web0.write(Array.from({ length: 100 }, () => text))
    await agent.settle()
    await sleep(1)
  }
  assert.equal(collector.records.size, 4_000)
  assert.equal(tap.count, 1)
})

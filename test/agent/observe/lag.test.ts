import assert from 'node:assert/strict'
import { renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { LagSurvey } from '../../../agent/observe/lag.ts'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

/** When {@link ContainerFiles} says that its lines were written. */
const WRITTEN_AT_MS = Date.UTC(2026, 10, 21, 10, 46)

async function start(t: TestContext, maxContainers = 100) {
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector)
  await agent.start()
  t.after(async () => {
    collector.mode = 'accept'
    collector.release()
    if (agent.isRunning) await agent.stop()
  })
  const logs = () => agent.pipeline.tailer.logs.values()
  const survey = new LagSurvey({ logs, clock: agent.clock, maxContainers })
  const files = (pod: string) => new ContainerFiles(agent.podsDir, pod)
  /** Makes it so many seconds after the lines were written. */
  const age = (seconds: number) => agent.clock.step(WRITTEN_AT_MS + seconds * 1000 - agent.clock.nowMs())
  /** A few turns, whether or not anything comes to rest. */
  const pass = () => agent.clock.advance(15_000)
  return { collector, agent, survey, files, age, pass }
}

test('bytes are behind until they are acknowledged, as old as the oldest record of them', async (t) => {
  const { collector, agent, survey, files, age, pass } = await start(t)
  const web = files('web-0')
  web.write(['one', 'two'])
  await agent.settle()
  const before = statSync(web.path()).size
  assert.deepEqual(survey.take().containers, [
    {
      namespace: 'shop',
      pod: 'web-0',
      container: 'app',
      file: '',
      bytesBehind: 0,
      secondsBehind: 0,
      readBytes: before,
    },
  ])
  collector.mode = 'hold'
  web.append('2026-11-21T10:46:30.5Z stdout F three\n2026-11-21T10:46:50Z stdout F four\n')
  await pass()
  age(60)
  const lag = survey.take()
  const behind = statSync(web.path()).size - before
  // The record before it came half a minute earlier and is acknowledged: it counts for nothing.
  assert.deepEqual([lag.bytesBehind, lag.secondsBehind, lag.unreadBytes], [behind, 29.5, 0])
  assert.deepEqual(lag.containers[0], {
    ...{ namespace: 'shop', pod: 'web-0', container: 'app', file: '', bytesBehind: behind, secondsBehind: 29.5 },
    readBytes: before + behind,
  })
  collector.mode = 'accept'
  collector.release()
  await agent.settle()
  assert.equal(survey.take().bytesBehind, 0)
  assert.equal(survey.take().secondsBehind, 0)
})

test('a deleted file counts as spooled for as long as it is held, and a rotated one as behind', async (t) => {
  const { collector, agent, survey, files, age, pass } = await start(t)
  collector.mode = 'hold'
  const web = files('web-0')
  web.write(['old'])
  await pass()
  const bytes = statSync(web.path()).size
  assert.equal(survey.take().spoolBytes, 0)
  renameSync(web.path(), web.path('0.log.20261121-104700'))
  web.write(['new, somewhat longer'])
  await pass()
  rmSync(web.path('0.log.20261121-104700'))
  age(10)
  const lag = survey.take()
  assert.deepEqual([lag.spoolBytes, lag.unlinkedBytes], [bytes, 0])
  assert.equal(lag.bytesBehind, bytes + statSync(web.path()).size)
  assert.equal(lag.files, 2)
  assert.equal(Math.round(lag.secondsBehind), 10)
  collector.mode = 'accept'
  collector.release()
  await agent.settle()
  await agent.clock.advance(60_000)
  assert.equal(survey.take().spoolBytes, 0)
})

test('the containers that are farthest behind are named, in a stable order, and the totals have all', async (t) => {
  const { collector, survey, files, pass } = await start(t, 2)
  collector.mode = 'hold'
  for (const [pod, count] of [
    ['c', 1],
    ['b', 5],
    ['a', 1],
    ['d', 9],
  ] as const) {
    files(pod).write(Array.from({ length: count }, (_, n) => `line ${n}`))
  }
  await pass()
  const lag = survey.take()
  assert.deepEqual(
    lag.containers.map(({ pod }) => pod),
    ['d', 'b'],
  )
  assert.deepEqual(
    survey.take(10).containers.map(({ pod }) => pod),
    ['d', 'b', 'a', 'c'],
  )
  const sizes = ['a', 'b', 'c', 'd'].map((pod) => statSync(files(pod).path()).size)
  assert.equal(
    lag.bytesBehind,
    sizes.reduce((sum, size) => sum + size),
  )
})

test('the runs of a container are one series', async (t) => {
  const { collector, survey, files, age, pass } = await start(t)
  collector.mode = 'hold'
  const web = files('web-0')
  web.write(['first run'], '0.log')
  web.append('2026-11-21T10:46:40Z stdout F second run\n', '1.log')
  await pass()
  age(50)
  const { containers } = survey.take()
  const sizes = ['0.log', '1.log'].map((name) => statSync(join(web.directory, name)).size)
  assert.equal(containers.length, 1)
  assert.equal(containers[0]!.bytesBehind, sizes[0]! + sizes[1]!)
  assert.equal(Math.round(containers[0]!.secondsBehind), 50)
})

test("the age is that of docker's lines too, long ones included, and of the line before one without a time", async (t) => {
  const { collector, agent, survey, files, age, pass } = await start(t)
  const docker = files('docker')
  const text = 'x'.repeat(16_000)
  docker.append(`{"log":"short\\n","stream":"stdout","time":"2026-11-21T10:46:01Z"}\n`)
  const odd = files('odd')
  odd.write(['in form'])
  await agent.settle()
  collector.mode = 'hold'
  docker.append(`{"log":"${text}\\n","stream":"stdout","time":"2026-11-21T10:46:20Z"}\n`)
  odd.append('out of form\n')
  await pass()
  age(60)
  const seconds = new Map(survey.take().containers.map(({ pod, secondsBehind }) => [pod, Math.round(secondsBehind)]))
  assert.deepEqual([seconds.get('docker'), seconds.get('odd')], [40, 60])
})

test('what cannot be identified yet is behind, as old as the last write', async (t) => {
  const { survey, files, agent, pass } = await start(t)
  files('web-0').append('2026-11-21T10:46:00Z stdout F no newl')
  await agent.clock.advance(1_000)
  const [container] = survey.take().containers
  assert.equal(container!.bytesBehind, 37)
  await pass()
  await agent.settle()
  assert.equal(survey.take().bytesBehind, 0)
})

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { loadConfig } from '#lib/config/load.ts'
import { createLogger } from '#lib/log.ts'
import * as configModule from '../../../agent/config.ts'
import { PodCache } from '../../../agent/metadata/pod-cache.ts'
import { createReloadable } from '../../../agent/reload.ts'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { FakePodSource } from '../../support/fake-pod-source.ts'
import { podListOf } from '../../support/pod-lists.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

/** An agent on a node with a pod `web-0`, which can be annotated. */
function createAgent(t: TestContext, settings: readonly string[] = []) {
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector, settings)
  const pods = new FakePodSource(agent.clock)
  agent.podSource = pods
  const files = new ContainerFiles(agent.podsDir)
  const annotate = (annotations: Record<string, string>) => {
    pods.pods = podListOf({ uid: 'uid-web-0', annotations, containers: ['app', 'proxy'] })
  }
  annotate({})
  return {
    ...{ agent, collector, files, pods, annotate },
    /** Has the agent learn of it. */
    async reannotate(annotations: Record<string, string>) {
      annotate(annotations)
      const refreshed = agent.pipeline.pods
      assert.ok(refreshed instanceof PodCache)
      void refreshed.refresh()
      await agent.clock.advance(1_500)
    },
    stdout: () => collector.bodies(files.name, 'stdout'),
    stderr: () => collector.bodies(files.name, 'stderr'),
  }
}

const countOf = (agent: AgentHarness) => agent.pipeline.tailer.logs.size

test('each container is parsed as its pod says', async (t) => {
  const { agent, collector, files, annotate } = createAgent(t, ['logs.parse=off'])
  const proxy = new ContainerFiles(agent.podsDir, 'web-0', 'proxy')
  annotate({ 'vedette.dev/parser.app': 'logfmt', 'fluentbit.io/parser-proxy': 'json' })
  const bodies = ['level=warn msg=a', '{"level":"error","msg":"b"}']
  files.write(bodies)
  proxy.write(bodies)
  await agent.start()
  await agent.settle()
  const severities = (name: string) =>
    [...collector.records.values()].filter(({ container }) => container === name).map(({ severity }) => severity)
  assert.deepEqual(severities(files.name), [13, 0])
  assert.deepEqual(severities(proxy.name), [0, 17])
  await agent.stop()
})

test('of a pod that is excluded no file is opened', async (t) => {
  const { agent, collector, files, annotate } = createAgent(t)
  annotate({ 'vedette.dev/exclude': 'true' })
  files.write(['a'])
  await agent.start()
  await agent.settle()
  await agent.clock.advance(12_000)
  assert.equal(collector.records.size, 0)
  assert.doesNotMatch(agent.lines.join(), /opened a log file/)
  assert.equal(countOf(agent), 1)
  await agent.stop()
})

test('a pod that is excluded while it is read is let go of, and taken up where that was', async (t) => {
  const { agent, collector, files, reannotate, stdout } = createAgent(t)
  files.write(['a', 'java.lang.Error: held'])
  await agent.start()
  await agent.settle()
  await reannotate({ 'vector.dev/exclude-containers': 'app' })
  await agent.settle()
  const [log] = agent.pipeline.tailer.logs.values()
  assert.deepEqual(log?.files, [], 'its files are closed')
  files.write(['b'])
  await agent.clock.advance(12_000)
  assert.deepEqual(stdout(), ['a', 'java.lang.Error: held'])
  await reannotate({})
  await agent.settle()
  assert.deepEqual(stdout(), ['a', 'java.lang.Error: held', 'b'])
  assert.deepEqual([collector.redelivered, collector.conflicts], [0, []])
  const { intake, shipper } = agent.pipeline
  assert.equal(intake.stats.records, shipper.stats.acknowledgedRecords)
  await agent.stop()
})

test('what was read is delivered before the files of an excluded pod are closed', async (t) => {
  const { agent, collector, files, reannotate, stdout } = createAgent(t)
  collector.mode = 'hold'
  files.write(['a'])
  await agent.start()
  await agent.clock.advance(1_000)
  await reannotate({ 'co.elastic.logs/enabled': 'false' })
  const [log] = agent.pipeline.tailer.logs.values()
  assert.equal(log?.files.length, 1)
  collector.mode = 'accept'
  collector.release()
  await agent.clock.advance(500)
  await agent.settle()
  assert.deepEqual([stdout(), log.files], [['a'], []])
  await agent.stop()
})

test('an excluded pod that is deleted is forgotten', async (t) => {
  const { agent, files, annotate } = createAgent(t)
  const { rmSync } = await import('node:fs')
  annotate({ 'vedette.dev/exclude': 'true' })
  files.write(['a'])
  await agent.start()
  await agent.settle()
  rmSync(files.directory, { recursive: true })
  await agent.clock.advance(12_000)
  await agent.settle()
  await agent.clock.advance(1_000)
  assert.equal(countOf(agent), 0)
  await agent.stop()
})

test('one stream of a container may be excluded; its lines are counted', async (t) => {
  const { agent, collector, files, annotate, stdout, stderr } = createAgent(t)
  annotate({ 'fluentbit.io/exclude_stderr-app': 'true' })
  const line = (body: string, stream: string, tag = 'F') => files.line(body, stream, tag)
  files.append(Buffer.concat([line('a', 'stdout'), line('b', 'stderr'), line('c', 'stderr', 'P'), line('d', 'stderr')]))
  files.append(Buffer.concat([line('e', 'stdout'), Buffer.from('no line\n')]))
  await agent.start()
  await agent.settle()
  assert.deepEqual([stdout(), stderr(), collector.records.size], [['a', 'e'], [], 3])
  assert.equal(agent.pipeline.intake.stats.excludedLines, 3)
  await agent.stop()
})

test('lines are joined by the rule that the pod asks for from the moment that it does, and by the same after a crash', async (t) => {
  const { agent, collector, files, reannotate, stdout, pods } = createAgent(t, [
    'logs.multiline.patterns=[{name: dated, start: "^\\\\d", flush_after: 3s}]',
  ])
  files.write(['1 a', 'b'])
  await agent.start()
  await agent.clock.advance(1_000)
  await reannotate({ 'vedette.dev/multiline': 'dated' })
  collector.mode = 'lose'
  files.write(['c', '2 d', 'e'])
  await agent.clock.advance(1_000)
  const expected = ['1 a', 'b', 'c']
  assert.equal(agent.pipeline.intake.stats.records, expected.length)
  // The next run cannot ask what the pod says, and still does as this one did.
  pods.mode = 'fail'
  await agent.crash()
  files.write(['f', '3 g', 'h'])
  collector.mode = 'accept'
  await agent.start()
  await agent.clock.advance(3_000)
  await agent.settle()
  await agent.clock.advance(4_000)
  await agent.settle()
  assert.deepEqual(collector.conflicts, [])
  assert.deepEqual(stdout(), [...expected, '2 d\ne\nf', '3 g\nh'])
  await agent.stop()
})

test('what was open when the rule changed is a record of the old one', async (t) => {
  const { agent, collector, files, reannotate, stdout } = createAgent(t)
  collector.mode = 'lose'
  files.write(['java.lang.Error: a', '\tat A.f(A.java:1)'])
  await agent.start()
  await agent.clock.advance(200)
  await reannotate({ 'vedette.dev/multiline': 'off' })
  files.write(['\tat A.g(A.java:2)', 'java.lang.Error: b', '\tat A.f(A.java:1)'])
  await agent.clock.advance(1_000)
  await agent.crash()
  collector.mode = 'accept'
  await agent.start()
  await agent.clock.advance(3_000)
  await agent.settle()
  assert.deepEqual(collector.conflicts, [])
  assert.deepEqual(stdout(), [
    'java.lang.Error: a\n\tat A.f(A.java:1)',
    '\tat A.g(A.java:2)',
    'java.lang.Error: b',
    '\tat A.f(A.java:1)',
  ])
  await agent.stop()
})

test('where the kubelet cannot be asked, logs are read as the configuration says', async (t) => {
  const { agent, files, pods, annotate, stdout } = createAgent(t)
  annotate({ 'vedette.dev/exclude': 'true' })
  pods.mode = 'fail'
  files.write(['a'])
  await agent.start()
  await agent.clock.advance(1_500)
  assert.deepEqual(stdout(), [], 'not for the first two seconds')
  await agent.clock.advance(2_500)
  await agent.settle()
  assert.deepEqual(stdout(), ['a'])
  await agent.stop()
})

test('another configuration takes effect with the next lines, under the same readers', async (t) => {
  const { agent, collector, files, stdout } = createAgent(t)
  const proxy = new ContainerFiles(agent.podsDir, 'web-0', 'proxy')
  const reload = (...overrides: readonly string[]) => {
    const config = loadConfig(configModule, { overrides, env: {} })
    const logger = createLogger({ service: 'agent', level: 'error', format: 'logfmt', write() {} })
    createReloadable(agent.pipeline, logger).prepare(config, [])()
  }
  files.write(['level=warn a', '  b', 'java.lang.Error: held'])
  proxy.write(['x'])
  await agent.start()
  await agent.settle()
  const openFiles = () => [...agent.pipeline.tailer.logs.values()].flatMap((log) => log.files)
  const before = openFiles()
  reload(
    'logs.parse=off',
    'logs.multiline.mode=off',
    'logs.multiline.patterns=[{name: indented, continue: "^ ", containers: [{container: app}]}]',
  )
  files.write(['level=warn c', '  d'])
  proxy.write(['y', '  z'])
  await agent.settle()
  await agent.clock.advance(2_000)
  await agent.settle()
  assert.deepEqual(stdout(), ['level=warn a', '  b', 'java.lang.Error: held', 'level=warn c\n  d'])
  assert.deepEqual(collector.bodies(proxy.name, 'stdout'), ['x', 'y', '  z'])
  const severityOf = (body: string) => [...collector.records.values()].find((record) => record.body === body)?.severity
  assert.deepEqual([severityOf('level=warn a'), severityOf('level=warn c\n  d')], [13, 0])
  assert.deepEqual([before.length, openFiles().every((file) => before.includes(file))], [2, true])
  assert.deepEqual([collector.redelivered, collector.conflicts], [0, []])
  await agent.stop()
})

test('a change of the limits is a change of the rule, and a crash after it doubles nothing', async (t) => {
  const { agent, collector, files, stdout } = createAgent(t)
  const frames = Array.from({ length: 5 }, (_, index) => `\tat A.f(A.java:${index})`)
  files.write(['ordinary'])
  await agent.start()
  await agent.settle()
  collector.mode = 'lose'
  files.write(['java.lang.Error: a', ...frames, 'ordinary'])
  await agent.clock.advance(1_000)
  await agent.crash()
  collector.mode = 'accept'
  agent.settings = ['logs.multiline.max_lines=2']
  await agent.start()
  await agent.settle()
  files.write(['java.lang.Error: b', ...frames.slice(0, 2), 'ordinary'])
  await agent.settle()
  await agent.clock.advance(2_000)
  await agent.settle()
  assert.deepEqual(collector.conflicts, [])
  assert.deepEqual(stdout(), [
    'ordinary',
    ['java.lang.Error: a', ...frames].join('\n'),
    'ordinary',
    `java.lang.Error: b\n${frames[0]}`,
    frames[1],
    'ordinary',
  ])
  await agent.stop()
})

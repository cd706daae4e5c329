import assert from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { createTestGatherer, TestPods } from '../../../support/container-gatherer.ts'
import { type GatheredSeries, printSeries } from '../../../support/gathered-series.ts'
import { RECORDING_MISSING } from '../../../support/pod-lists.ts'
import { unpackRecordedNode } from '../../../support/recorded-node.ts'

let unpacked: ReturnType<typeof unpackRecordedNode> | undefined
after(async () => {
  const { directory } = (await unpacked) ?? {}
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
})

/** What is gathered of the recorded node, beside what the kubelet made of it. */
async function recordedNode(t: TestContext, given: Readonly<Record<string, unknown>> = {}) {
  unpacked ??= unpackRecordedNode()
  const { pods, directory, ...recorded } = await unpacked
  const { gatherer, round } = createTestGatherer(
    {
      ...{ cgroup_root: join(directory, 'cgroup-v1'), proc_root: join(directory, 'proc') },
      // Kubernetes does not tell it; this is what the runtime was configured with.
      sandbox_image: 'example.test/pause:1',
      ...given,
    },
    { pods: new TestPods(pods) },
  )
  t.after(() => gatherer.close())
  // What is a sandbox is known once the status of the pod cannot be behind any more.
  await round()
  return { ...recorded, directory, ours: await round() }
}

/** Series of the target and the node, and those of which there is one for each container and not for each run. */
const isOwn = ({ name }: GatheredSeries) =>
  /^(up|scrape_|machine_|cadvisor_)/.test(name) || name === 'container_oom_events_total'

const options = { skip: RECORDING_MISSING }

test("the names, types and labels of our series are those of the kubelet's page", options, async (t) => {
  const { ours, page, types } = await recordedNode(t)
  assert.ok(ours.size > 300)
  for (const [text, point] of ours) {
    if (isOwn(point)) continue
    assert.ok(page.has(text), `${text} is not on the page`)
    assert.equal(point.type, types.get(point.name), point.name)
  }
})

test('what the page has of our metrics and we have not is known', options, async (t) => {
  const { ours, page, directory } = await recordedNode(t)
  const names = new Set([...ours.values()].map(({ name }) => name))
  const reasons = new Map<string, number>()
  const because = (reason: string) => reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  for (const [text, { name, labels }] of page) {
    if (!names.has(name) || ours.has(text)) continue
    if (name.startsWith('machine_') || name.startsWith('cadvisor_')) because('labels that only the node can tell')
    else if (name === 'container_oom_events_total') because('one series for each container, not for each run')
    else if (labels.scope === 'hierarchy') because('faults of groups below, which are not there by default')
    else if (labels.pod === '') because('no pod: slices and the root')
    else if (!existsSync(join(directory, 'cgroup-v1/memory', labels.id!, 'cgroup.procs')))
      because('a run that was ending')
    else if (labels.image === '') because('whole pods')
    else if (name.startsWith('container_network_') && labels.pod !== 'netpod-node-1') because("the node's network")
    else assert.fail(`we lack ${text}`)
  }
  assert.deepEqual(
    [...reasons.keys()].sort(),
    [
      'a run that was ending',
      'faults of groups below, which are not there by default',
      'labels that only the node can tell',
      'no pod: slices and the root',
      'one series for each container, not for each run',
      "the node's network",
      'whole pods',
    ].sort(),
  )
})

test('with whole pods and slices there are no other series of groups on the page', options, async (t) => {
  const { ours, page, directory } = await recordedNode(t, { pods: true, slices: true, metrics: { include: ['*'] } })
  const names = new Set([...ours.values()].map(({ name }) => name))
  const counted = /^container_(cpu|memory|spec|start_time|threads|processes)/
  for (const [text, { name, labels }] of page) {
    if (!names.has(name) || !counted.test(name) || !labels.id?.startsWith('/kubepods')) continue
    assert.ok(
      ours.has(text) || !existsSync(join(directory, 'cgroup-v1/memory', labels.id, 'cgroup.procs')),
      `we lack ${text}`,
    )
  }
})

test('counters are between the page of the moment and the one half a minute later', options, async (t) => {
  const { ours, page, later } = await recordedNode(t, { metrics: { include: ['*'] }, pods: true })
  let compared = 0
  for (const [text, { value, type, name }] of ours) {
    const before = page.get(text)?.value
    if (
      before === undefined ||
      name === 'container_oom_events_total' ||
      (type !== 'counter' && !name.endsWith('failcnt'))
    )
      continue
    // Of a pod's group the kubelet shows the faults of its own processes under both scopes.
    if (text.includes('scope="hierarchy"') && text.includes('image=""')) continue
    const after = later.get(text)?.value ?? Number.POSITIVE_INFINITY
    assert.ok(value >= before && value <= after, `${text}: ${before} <= ${value} <= ${after}`)
    compared += 1
  }
  assert.ok(compared > 150, `${compared} counters`)
})

test('gauges are those of the page, but for memory that changed in seconds', options, async (t) => {
  const { ours, page } = await recordedNode(t, {
    metrics: { include: ['*'], exclude: ['container_last_seen'] },
    pods: true,
  })
  let equal = 0
  for (const [text, point] of ours) {
    const theirs = page.get(text)?.value
    if (theirs === undefined || point.type !== 'gauge') continue
    if (point.value === theirs) equal += 1
    else if (point.name.startsWith('container_memory_')) assert.ok(Math.abs(point.value - theirs) < 8 * 1024 ** 2, text)
    else if (point.name === 'container_start_time_seconds' && point.labels.container !== '') {
      // Theirs is when it was made, ours when it was started.
      assert.ok(point.value - theirs >= 0 && point.value - theirs <= 1, text)
    } else
      assert.match(point.name, /^container_(start_time_seconds|threads|processes)$/, `${text} ${point.value} ${theirs}`)
  }
  assert.ok(equal > 300, `${equal} gauges are equal`)
})

test('a pod with a network of its own has it once, pods with that of the node have none', options, async (t) => {
  const { ours, page } = await recordedNode(t)
  const network = [...ours].filter(([, { name }]) => name.startsWith('container_network_'))
  assert.equal(network.length, 6)
  for (const [text, { value, labels }] of network) {
    assert.deepEqual([labels.pod, labels.interface], ['netpod-node-1', 'eth0'])
    assert.equal(value, page.get(text)!.value)
  }
})

test('a container that was killed for want of memory shows it, which the kubelet does not', options, async (t) => {
  const { ours, page } = await recordedNode(t)
  const id = '/kubepods/burstable/pod859f5d80d15670d90c42de5eada36299'
  const labels = {
    container: 'app',
    id,
    image: 'example.test/loggen:1',
    name: '',
    namespace: 'batch',
    pod: 'oom-node-1',
  }
  const series = printSeries('container_oom_events_total', labels)
  assert.equal(ours.get(series)?.value, 2)
  const theirs = [...page.values()].filter(
    ({ name, labels }) => name === 'container_oom_events_total' && labels.pod === 'oom-node-1',
  )
  assert.ok(theirs.every(({ value }) => value === 0))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { matchesPattern } from '#lib/match/name-pattern.ts'
import { Selection, type SelectionRule } from '../../../agent/discover/selection.ts'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const rule = (parts: Partial<SelectionRule>): SelectionRule => ({
  ...{ namespace: '*', pod: '*', container: '*', labels: {} },
  ...parts,
})
const container = { namespace: 'shop', pod: 'web-6d4cf56db6-x2k9p', uid: 'u1', container: 'app' }
const takes = (include: SelectionRule[], exclude: SelectionRule[] = [], ownPodUid = '') =>
  new Selection({ include, exclude, ownPodUid }).takes(container)

test('everything is read unless something is included', () => {
  assert.equal(takes([]), true)
  assert.equal(takes([rule({ namespace: 'shop' })]), true)
  assert.equal(takes([rule({ namespace: 'other' })]), false)
  assert.equal(takes([rule({ namespace: 'other' }), rule({ pod: 'web-*' })]), true)
})

test('all parts of a rule have to match, and exclusion goes before inclusion', () => {
  assert.equal(takes([], [rule({ namespace: 'shop', container: 'sidecar' })]), true)
  assert.equal(takes([], [rule({ namespace: 'shop', container: 'a?p' })]), false)
  assert.equal(takes([rule({ namespace: 'shop' })], [rule({ pod: 'web-*' })]), false)
})

test('labels decide once they are known, and until then a container may be read', () => {
  const about = (include: SelectionRule[], exclude: SelectionRule[], labels: Record<string, string>) => {
    const selection = new Selection({ include, exclude, ownPodUid: '' })
    return [selection.takes(container), selection.takesLabelled(container, new Map(Object.entries(labels)))]
  }
  const web = rule({ namespace: 'shop', labels: { app: 'web-*', tier: '*' } })
  assert.deepEqual(about([web], [], { app: 'web-1', tier: '' }), [true, true])
  assert.deepEqual(about([web], [], { app: 'web-1' }), [true, false])
  assert.deepEqual(about([web], [], { app: 'api', tier: 'x' }), [true, false])
  assert.deepEqual(about([], [web], { app: 'web-1', tier: 'x' }), [true, false])
  assert.deepEqual(about([], [web], {}), [true, true])
  assert.deepEqual(about([web], [rule({ labels: { debug: '*' } })], { app: 'web-', tier: '', debug: '' }), [
    true,
    false,
  ])
  const elsewhere = rule({ namespace: 'other', labels: { app: '*' } })
  assert.deepEqual(about([elsewhere], [], { app: 'web' }), [false, false])
  assert.deepEqual(about([], [elsewhere, rule({ container: 'app' })], { app: 'web' }), [false, false])
  const own = new Selection({ include: [], exclude: [], ownPodUid: 'u1' })
  assert.equal(own.takesLabelled(container, new Map()), false)
})

test("the agent's own pod is never read", () => {
  assert.equal(takes([rule({ namespace: 'shop' })], [], 'u1'), false)
  assert.equal(takes([], [], 'u2'), true)
})

test('patterns match as a naive expansion of them does', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 })
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 })
  fc.assert(
    fc.property(letters, pattern, (name, written) => {
      const source = written.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')
      assert.equal(matchesPattern(name, written), new RegExp(`^${source}$`).test(name))
    }),
    { numRuns: 2_000 },
  )
})

test('a pattern of many stars takes no time', () => {
  assert.equal(matchesPattern('a'.repeat(253), `${'*a'.repeat(120)}b`), false)
})

test('what is excluded is neither opened nor forgotten by the accounting', async (t) => {
  const collector = new FakeCollector()
  const settings = ['logs.exclude=[{"container":"side*"}]', 'logs.own_pod_uid=uid-agent-0']
  const agent = new AgentHarness(temporaryDirectory(t), collector, settings)
  new ContainerFiles(agent.podsDir, 'web-0', 'app').write(['wanted'])
  new ContainerFiles(agent.podsDir, 'web-0', 'sidecar').write(['unwanted'])
  new ContainerFiles(agent.podsDir, 'agent-0', 'agent').write(['our own'])
  await agent.start()
  await agent.settle()
  assert.deepEqual(
    [...collector.records.values()].map(({ body }) => body),
    ['wanted'],
  )
  assert.equal(agent.pipeline.discovery.size, 1)
  assert.equal(agent.pipeline.discovery.excluded, 2)
  await agent.stop()
})

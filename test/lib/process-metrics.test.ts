import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRegistry } from '#lib/metrics.ts'
import { oncePerTurn } from '#lib/once-per-turn.ts'

test('every service tells of its process, and of the event loop since the last scrape', async () => {
  const registry = createRegistry('agent', '1.2.3')
  const scrape = async () =>
    new Map(
      (await registry.metrics())
        .split('\n')
        .filter((line) => /^[a-z]/.test(line))
        .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))] as const),
    )
  // The timer that measures has to have run once before.
  await sleep(60)
  const end = performance.now() + 200
  while (performance.now() < end);
  await sleep(40)
  const first = await scrape()
  for (const [name, value] of first) assert.ok(Number.isFinite(value), name)
  const [user, system] = ['user', 'system'].map((kind) => first.get(`process_cpu_${kind}_seconds_total`)!)
  assert.equal(first.get('process_cpu_seconds_total')!.toFixed(6), (user! + system!).toFixed(6))
  assert.ok(first.get('process_resident_memory_bytes')! > first.get('nodejs_heap_size_used_bytes')!)
  assert.ok(first.get('process_virtual_memory_bytes')! > first.get('process_resident_memory_bytes')!)
  assert.ok(first.get('process_max_fds')! > first.get('process_open_fds')!)
  assert.ok(first.get('nodejs_eventloop_lag_max_seconds')! > 0.1)
  assert.ok(first.get('nodejs_eventloop_lag_max_seconds')! >= first.get('nodejs_eventloop_lag_p99_seconds')!)
  const second = await scrape()
  assert.equal(second.get('nodejs_eventloop_lag_max_seconds'), 0)
})

test('what several metrics of a scrape share is computed once a scrape', async () => {
  let count = 0
  const next = oncePerTurn(() => ++count)
  assert.deepEqual([next(), next()], [1, 1])
  await Promise.resolve()
  assert.deepEqual([next(), next()], [2, 2])
})

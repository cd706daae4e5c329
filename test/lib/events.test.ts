import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEvents } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { ManualClock } from '../support/manual-clock.ts'

const TABLE = {
  dropped: {
    metric: 'records_dropped_total',
    help: 'Records that were dropped, by reason.',
    level: 'warn',
    message: 'dropped records',
    labels: ['reason'],
  },
  unreadable: {
    metric: 'files_unreadable_total',
    help: 'Files that could not be read.',
    level: 'error',
    message: 'cannot read a file',
    linePer: 'path',
  },
} as const

test('an event counts every time, and writes one line per labels in ten seconds', async () => {
  const lines: string[] = []
  const clock = new ManualClock()
  const registry = createRegistry('agent', '0')
  const logger = createLogger({ service: 'agent', level: 'info', format: 'logfmt', write: (line) => lines.push(line) })
  const events = createEvents('vedette_agent', TABLE, { registry, logger, clock })

  events.dropped({ reason: 'rejected' }, { count: 5, path: '/var/log/a b' })
  events.dropped({ reason: 'rejected' })
  events.dropped({ reason: 'expired' })
  await clock.advance(10_000)
  events.dropped({ reason: 'rejected' })

  assert.match(await registry.metrics(), /vedette_agent_records_dropped_total\{reason="rejected"\} 7/)
  assert.equal(lines.length, 3)
  assert.match(
    lines[0]!,
    /level=warn service=agent msg="dropped records" reason=rejected path="\/var\/log\/a b" count=5/,
  )
  assert.match(lines[2]!, /reason=rejected suppressed=1/)
})

test('an event below the level counts and writes nothing, then or later', async () => {
  const lines: string[] = []
  const clock = new ManualClock()
  const registry = createRegistry('agent', '0')
  const logger = createLogger({ service: 'agent', level: 'error', format: 'json', write: (line) => lines.push(line) })
  const events = createEvents('vedette_agent', TABLE, { registry, logger, clock })
  for (let index = 0; index < 3; index++) events.dropped({ reason: 'rejected' })
  logger.level = 'warn'
  events.dropped({ reason: 'rejected' }, { count: 0 })
  assert.match(await registry.metrics(), /records_dropped_total\{reason="rejected"\} 3/)
  assert.equal(lines.length, 1)
  assert.doesNotMatch(lines[0]!, /suppressed/)
})

test('lines are throttled by the monotonic clock: a step of the wall clock changes nothing', async () => {
  const lines: string[] = []
  const clock = new ManualClock()
  const logger = createLogger({ service: 'agent', level: 'info', format: 'logfmt', write: (line) => lines.push(line) })
  const events = createEvents('a', TABLE, { registry: createRegistry('agent', '0'), logger, clock })
  events.dropped({ reason: 'x' })
  clock.step(3_600_000)
  events.dropped({ reason: 'x' })
  clock.step(-7_200_000)
  await clock.advance(9_999)
  events.dropped({ reason: 'x' })
  assert.equal(lines.length, 1)
  await clock.advance(1)
  events.dropped({ reason: 'x' })
  assert.match(lines[1]!, /suppressed=2/)
})

test('what goes on at a path is said once, and again if it is for another reason or has ceased in between', async () => {
  const lines: string[] = []
  const clock = new ManualClock()
  const registry = createRegistry('agent', '0')
  const logger = createLogger({ service: 'agent', level: 'info', format: 'logfmt', write: (line) => lines.push(line) })
  const { unreadable } = createEvents('a', TABLE, { registry, logger, clock })
  const said = () => lines.splice(0).map((line) => /path=(\S+) err=(\S+)/.exec(line)!.slice(1).join(' '))
  for (let round = 0; round < 20; round++) {
    for (const path of ['/a', '/b', '/c']) unreadable({}, { path, err: 'EACCES' })
    await clock.advance(10_000)
  }
  assert.deepEqual(said(), ['/a EACCES', '/b EACCES', '/c EACCES'])
  unreadable({}, { path: '/a', err: 'EIO' })
  unreadable({}, { path: '/a', err: 'EIO' })
  await clock.advance(30_000)
  unreadable({}, { path: '/a', err: 'EIO' })
  assert.deepEqual(said(), ['/a EIO'])
  await clock.advance(60_000)
  unreadable({}, { path: '/a', err: 'EIO' })
  assert.deepEqual(said(), ['/a EIO'])
  assert.match(await registry.metrics(), /a_files_unreadable_total 64/)
})

test('very many paths are not all said, and are forgotten', async () => {
  const lines: string[] = []
  const clock = new ManualClock()
  const registry = createRegistry('agent', '0')
  const logger = createLogger({ service: 'agent', level: 'info', format: 'logfmt', write: (line) => lines.push(line) })
  const { unreadable } = createEvents('a', TABLE, { registry, logger, clock })
  for (let round = 0; round < 3; round++) {
    for (let path = 0; path < 1_000; path++) unreadable({}, { path: `/${path}`, err: 'EACCES' })
  }
  assert.equal(lines.length, 200)
  await clock.advance(60_000)
  unreadable({}, { path: '/999', err: 'EACCES' })
  assert.equal(lines.length, 201)
  assert.match(await registry.metrics(), /a_files_unreadable_total 3001/)
})

test('labels that nothing is counted by share a counter and a line', async () => {
  const lines: string[] = []
  const clock = new ManualClock()
  const registry = createRegistry('agent', '0')
  const logger = createLogger({ service: 'agent', level: 'info', format: 'logfmt', write: (line) => lines.push(line) })
  const uncounted = new Set(['reason'])
  const events = createEvents('vedette_agent', TABLE, { registry, logger, clock, uncounted })
  events.dropped({ reason: 'rejected' }, { count: 2 })
  events.dropped({ reason: 'expired' })
  assert.match(await registry.metrics(), /^vedette_agent_records_dropped_total 3$/m)
  assert.equal(lines.length, 1)
  assert.doesNotMatch(lines[0]!, /reason=/)
})

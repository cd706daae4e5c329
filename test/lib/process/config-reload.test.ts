import assert from 'node:assert/strict'
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { changedKeys } from '#lib/config/changes.ts'
import { loadConfig } from '#lib/config/load.ts'
import { integer, list, mapping, section, text } from '#lib/config/schema.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { ConfigReload } from '#lib/process/config-reload.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const schema = section('Test.', {
  speed: integer({ description: 'Speed.', default: 1 }),
  place: section('Place.', {
    names: list(text({ description: 'Name.' }), { description: 'Names.', default: [] }),
    port: integer({ description: 'Port.', default: 9 }),
  }),
  tags: mapping(text({ description: 'Tag.' }), { description: 'Tags.', default: {} }),
})
const module = { schema }

function setUp(t: TestContext, prepare: (changed: readonly string[]) => void = () => {}) {
  const directory = temporaryDirectory(t)
  const file = join(directory, 'test.yaml')
  writeFileSync(file, 'speed: 1\n')
  const clock = new ManualClock()
  const lines: string[] = []
  const applied: { readonly config: unknown; readonly changed: readonly string[] }[] = []
  const registry = createRegistry('test', '0')
  const sources = { file, env: {} }
  const reload = new ConfigReload({
    ...{ service: 'test', module, sources, clock, registry },
    config: loadConfig(module, sources),
    reloadable: {
      keys: ['speed', 'place.names', 'tags'],
      prepare: (config, changed) => {
        prepare(changed)
        return () => applied.push({ config, changed })
      },
    },
    logger: createLogger({ service: 'test', level: 'info', format: 'logfmt', write: (line) => lines.push(line) }),
  })
  reload.start()
  t.after(() => reload.stop())
  const isSuccessful = async () => {
    const metrics = await registry.metrics()
    return /^vedette_test_config_last_reload_successful (\d)$/m.exec(metrics)?.[1] === '1'
  }
  return { directory, file, clock, lines, applied, isSuccessful }
}

test('a changed file is taken, once, and nothing is done where nothing changed', async (t) => {
  const { file, clock, applied, lines, isSuccessful } = setUp(t)
  await clock.advance(10_000)
  assert.deepEqual(applied, [])
  writeFileSync(file, 'speed: 20\nplace: {names: [a]}\n')
  await clock.advance(10_000)
  assert.deepEqual(applied, [
    { config: { speed: 20, place: { names: ['a'], port: 9 }, tags: {} }, changed: ['speed', 'place.names'] },
  ])
  assert.match(lines.join(''), /msg="configuration reloaded" reason="the file changed"/)
  writeFileSync(file, '# a comment\nspeed: 20\nplace: {names: [a]}\n')
  await clock.advance(10_000)
  assert.equal(applied.length, 1)
  assert.ok(await isSuccessful())
})

test('what is wrong, or cannot change, or cannot be put in force leaves everything as it was, and says why', async (t) => {
  let broken = false
  const { file, clock, applied, lines, isSuccessful } = setUp(t, () => {
    if (broken) throw new Error('no such place')
  })
  const expectRefused = async (content: string, reason: RegExp) => {
    lines.length = 0
    writeFileSync(file, content)
    await clock.advance(4_000)
    assert.equal(applied.length, 0)
    assert.match(lines.join(''), reason)
    assert.match(lines.join(''), /level=error .*the one before stays in force/)
    assert.equal(await isSuccessful(), false)
  }
  await expectRefused('speed: fast\n', /test\.yaml:1:8.*speed/)
  await expectRefused('speed: 22\nplace: {port: 10}\n', /cannot change while the service runs: place\.port.*cure=/)
  broken = true
  await expectRefused('speed: 333\n', /no such place/)
  broken = false
  writeFileSync(file, 'speed: 4444\n')
  await clock.advance(4_000)
  assert.equal(applied.length, 1)
  assert.ok(await isSuccessful())
})

test('the swap of a mounted ConfigMap is seen, and a file that is away for a moment changes nothing', async (t) => {
  const { directory, file, clock, applied } = setUp(t)
  rmSync(file)
  await clock.advance(10_000)
  assert.deepEqual(applied, [])
  writeFileSync(join(directory, 'version-1'), 'speed: 7\n')
  symlinkSync('version-1', file)
  await clock.advance(4_000)
  assert.equal(applied.length, 1)
  writeFileSync(join(directory, 'version-2'), 'speed: 8\n')
  symlinkSync('version-2', join(directory, 'next'))
  renameSync(join(directory, 'next'), file)
  await clock.advance(4_000)
  assert.deepEqual(
    applied.map(({ config }) => (config as { readonly speed: number }).speed),
    [7, 8],
  )
})

test('SIGHUP has the file read again', async (t) => {
  const { file, lines, applied } = setUp(t)
  writeFileSync(file, 'speed: 5\n')
  process.emit('SIGHUP')
  assert.equal(applied.length, 1)
  process.emit('SIGHUP')
  assert.equal(applied.length, 1)
  assert.match(lines.join(''), /msg="configuration is unchanged" reason=SIGHUP/)
})

test('changed keys are those of sections; lists and mappings are compared whole, whatever the order of keys', () => {
  const before = { speed: 1, place: { names: ['a', 'b'], port: 1 }, tags: { x: '1', y: '2' } }
  assert.deepEqual(changedKeys(schema, before, { ...before, tags: { y: '2', x: '1' } }), [])
  const after = { speed: 1, place: { names: ['b', 'a'], port: 2 }, tags: { x: '1' } }
  assert.deepEqual(changedKeys(schema, before, after), ['place.names', 'place.port', 'tags'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CodedError } from '#lib/errors.ts'
import { parseServiceFlags, serviceUsage } from '#lib/process/flags.ts'

const FLAGS = { 'web.listen-address': { key: 'web.listen_address', help: 'an address' } }

test('flags become sources of the configuration, their texts as they were given', () => {
  const argv = [
    '--config.file',
    'a.yaml',
    '--set',
    'a=1',
    '--default=b=2',
    '--web.listen-address=": #"',
    '--set',
    'c=3',
  ]
  assert.deepEqual(parseServiceFlags(argv, FLAGS), {
    sources: { file: 'a.yaml', defaults: ['b=2'], overrides: ['a=1', 'c=3', 'web.listen_address="\\": #\\""'] },
    ...{ help: false, version: false, check: false },
  })
  const { help, version, check } = parseServiceFlags(['-h', '--version', '--config.check'], {})
  assert.deepEqual([help, version, check], [true, true, true])
})

test('a command line that is not understood is a usage error', () => {
  for (const argv of [['--nothing'], ['--config.file'], ['surplus'], ['--help=yes'], ['-x'], ['--set']]) {
    const isUsage = (error: unknown) => error instanceof CodedError && error.code === 'USAGE'
    assert.throws(() => parseServiceFlags(argv, FLAGS), isUsage, argv.join(' '))
  }
})

test("the usage lists every flag once, and a service's own in place of the common one", () => {
  const usage = serviceUsage('router', 'Routes.', { 'config.file': { key: 'config_file', help: 'its own file' } })
  assert.equal(usage.match(/--config\.file /g)?.length, 1)
  assert.match(usage, /^Usage: vedette router \[flags\]\n\nRoutes\.\n\nFlags:\n/)
})

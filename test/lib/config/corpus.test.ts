import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Diagnostic, printDiagnostics } from '#lib/config/diagnostic.ts'
import { type ConfigModule, checkConfig } from '#lib/config/load.ts'
import { printConfig } from '#lib/config/print.ts'
import * as agent from '../../../agent/config.ts'
import * as collector from '../../../collector/config.ts'
import * as store from '../../../store/config.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const ROOT = join(import.meta.dirname, '../../..')
const MODULES = Object.entries<ConfigModule<unknown>>({ agent, collector, store })
const ENV = { NODE_NAME: 'node-1', TOKEN: 'hunter2' }

/** With the name of the file alone, so that the expected texts hold on every machine. */
const print = (diagnostics: readonly Diagnostic[], name: string) =>
  `${printDiagnostics(diagnostics.map((diagnostic) => ({ ...diagnostic, origin: name })))}\n`

for (const [service, module] of MODULES) {
  const directory = join(ROOT, 'test/corpus', service)
  const names = readdirSync(directory)
  const read = (name: string) => readFileSync(join(directory, name), 'utf8')

  for (const name of names.filter((entry) => entry.endsWith('.bad.yaml'))) {
    test(`${service}/${name} is refused with exactly these messages`, () => {
      const result = checkConfig(module, { file: join(directory, name), env: ENV })
      assert.ok(!result.ok)
      const printed = print(result.diagnostics, name)
      assert.equal(printed, read(name.replace('.yaml', '.txt')))
      assert.doesNotMatch(printed, /hunter2/)
    })
  }

  for (const name of names.filter((entry) => entry.endsWith('.good.yaml'))) {
    test(`${service}/${name} is accepted, prints without secrets, and its print loads as itself`, (t) => {
      const first = checkConfig(module, { file: join(directory, name), env: ENV })
      assert.ok(first.ok, first.ok ? '' : print(first.diagnostics, name))
      const printed = printConfig(module.schema, first.config)
      assert.doesNotMatch(printed, /hunter2/)
      const file = join(temporaryDirectory(t), name)
      writeFileSync(file, printed)
      const second = checkConfig(module, { file, env: {} })
      assert.ok(second.ok, second.ok ? '' : print(second.diagnostics, name))
      assert.equal(printConfig(module.schema, second.config), printed)
    })
  }

  test(`${service} --config.check says the same`, () => {
    const check = (name: string) => {
      const argv = [join(service, 'main.ts'), '--config.check', '--config.file', join('test/corpus', service, name)]
      return spawnSync(process.execPath, argv, { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...ENV } })
    }
    const bad = check('typos.bad.yaml')
    assert.deepEqual([bad.status, bad.stdout], [1, ''])
    const expected = read('typos.bad.txt').replaceAll('typos.bad.yaml:', `test/corpus/${service}/typos.bad.yaml:`)
    assert.equal(bad.stderr, expected)
    const good = check('full.good.yaml')
    assert.deepEqual([good.status, good.stderr], [0, ''])
    const loaded = checkConfig(module, { file: join(directory, 'full.good.yaml'), env: ENV })
    assert.ok(loaded.ok)
    assert.equal(good.stdout, printConfig(module.schema, loaded.config))
  })
}

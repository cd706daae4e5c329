import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { printDiagnostics } from '#lib/config/diagnostic.ts'
import { readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'

const CORPUS = join(import.meta.dirname, '../../corpus/alertmanager')
const files = readdirSync(CORPUS)
const read = (file: string) => readFileSync(join(CORPUS, file), 'utf8')

for (const file of files.filter((name) => name.endsWith('.good.yml'))) {
  test(`${file} is accepted, prints without secrets, and its print is accepted`, () => {
    const first = readAlertmanagerConfig(read(file), file)
    assert.ok(first.ok, first.ok ? '' : printDiagnostics(first.diagnostics))
    assert.doesNotMatch(first.config.original, /hunter2/)
    const second = readAlertmanagerConfig(first.config.original, 'printed')
    assert.ok(second.ok, second.ok ? '' : printDiagnostics(second.diagnostics))
    assert.equal(second.config.original, first.config.original)
    assert.deepEqual(shapeOf(second.config.route), shapeOf(first.config.route))
  })
}

for (const file of files.filter((name) => name.endsWith('.bad.yml'))) {
  test(`${file} is refused with exactly these messages`, () => {
    const result = readAlertmanagerConfig(read(file), file)
    assert.ok(!result.ok)
    const printed = `${printDiagnostics(result.diagnostics)}\n`
    assert.equal(printed, read(file.replace('.yml', '.txt')))
    assert.doesNotMatch(printed, /hunter2/)
  })
}

/** Matchers hold compiled patterns, which do not compare. */
function shapeOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

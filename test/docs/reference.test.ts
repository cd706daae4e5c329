import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { type ConfigModule, loadConfig } from '#lib/config/load.ts'
import { CONFIGURED, referenceFiles } from '../../docs/pages/reference.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const DIRECTORY = join(import.meta.dirname, '../../docs/reference')

const files = await referenceFiles()

test('docs/reference is what the code says', () => {
  assert.deepEqual(new Set(readdirSync(DIRECTORY)), new Set(files.keys()), 'run npm run docs')
  for (const [name, content] of files) {
    if (readFileSync(join(DIRECTORY, name), 'utf8') === content) continue
    assert.fail(`docs/reference/${name} is not what the code says any more; run npm run docs`)
  }
})

for (const { name, configModule } of CONFIGURED) {
  test(`the example of ${name}.yaml holds what is said to hold without it, by the loader and by the schema`, (t) => {
    const example = /^## Example\n(?:.|\n)*^```yaml\n((?:.|\n)*?)^```$/m.exec(files.get(`${name}.md`)!)![1]!
    const module: ConfigModule<unknown> = configModule
    const file = join(temporaryDirectory(t), `${name}.yaml`)
    writeFileSync(file, example)
    assert.deepEqual(loadConfig(module, { file, env: {} }), loadConfig(module, { env: {} }))
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
    const isValid = ajv.compile(JSON.parse(files.get(`${name}.schema.json`)!) as object)
    assert.ok(isValid(parse(example)), ajv.errorsText(isValid.errors))
    assert.ok(!isValid({ ...parse(example), no_such_key: 1 }))
  })
}

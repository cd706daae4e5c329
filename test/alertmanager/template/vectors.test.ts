import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { TemplateError } from '../../../alertmanager/template/template-error.ts'
import { parseTemplates, TemplateSet } from '../../../alertmanager/template/template-set.ts'
import { missing } from '../support/upstream.ts'
import type { Case } from './cases/case.ts'
import { CASES } from './cases.ts'
import { GO, type Outcome, runGo } from './oracle/run-go.ts'
import { buildValue, testFunctions } from './values.ts'

process.env.TZ = 'UTC'

const EXPECTED: readonly Outcome[] = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8'))
const base = TemplateSet.create({ functions: testFunctions() })

function run({ source, data = null }: Case): Outcome {
  try {
    return { output: parseTemplates('page', source, base).execute('page', buildValue(data)) }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return { output: '', error: error.message }
  }
}

/** Go keeps what was written before an error; nobody may send that. */
function withoutPart({ output, error }: Outcome): Outcome {
  return error === undefined ? { output } : { output: '', error }
}

test(`makes of ${CASES.length} templates what Go makes of them, errors word for word`, () => {
  assert.equal(EXPECTED.length, CASES.length)
  for (const [index, each] of CASES.entries()) {
    assert.deepEqual(run(each), withoutPart(EXPECTED[index]!), `${each.source}: ${JSON.stringify(EXPECTED[index])}`)
  }
})

test('Go says the same of these templates as when the expectations were written', {
  ...missing(GO, 'Go'),
}, () => {
  assert.deepEqual(runGo(CASES), EXPECTED)
})

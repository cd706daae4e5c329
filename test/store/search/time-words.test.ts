import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { SearchableCore } from './searchable-core.ts'

/** Enough for a word filter. */
const ROWS = 1_200

function sources(): string[] {
  return Array.from({ length: ROWS }, (_, row) => {
    const at = `2026-11-21T07:08:09.${String(row * 811).padStart(6, '0')}Z`
    const observed = row === 77 ? 'at 21T06 or so' : at.replace('07:', '06:')
    return JSON.stringify({ '@timestamp': at, observed_timestamp: observed, message: `number${row} of all` })
  })
}

const MAPPINGS = {
  text: {},
  keyword: { properties: { observed_timestamp: { type: 'keyword' } } },
} as const

for (const [type, mappings] of Object.entries(MAPPINGS)) {
  test(`a field that is named like one of times is found by its words though it is ${type}`, async (t) => {
    const store = new SearchableCore(temporaryDirectory(t))
    t.after(() => store.core.stop())
    store.core.putStreamTemplate(mappings)
    assert.ok(store.core.statuses(sources().map((source) => ({ source }))).every((status) => status === 201))
    const observed = '2026-11-21T06:08:09.004055Z'
    assert.equal(await store.total({ term: { observed_timestamp: type === 'text' ? '004055z' : observed } }), 1)
    assert.equal(await store.total({ match: { observed_timestamp: observed } }), type === 'text' ? ROWS : 1)
    assert.equal(await store.total({ match_phrase: { observed_timestamp: observed } }), 1)
    assert.equal(await store.total({ term: { observed_timestamp: 'nowhere' } }), 0)
    const anywhere = type === 'text' ? 'nowhere 004055z' : `nowhere "${observed}"`
    assert.equal(await store.total({ query_string: { query: anywhere } }), 1)
    assert.equal(await store.total({ match: { message: 'number77' } }), 1)
  })
}

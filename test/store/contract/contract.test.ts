import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DIFFERENCES } from '../../../docs/pages/store-api/differences.ts'
import { startElasticsearch, whyNoElasticsearch } from '../../support/elasticsearch-node.ts'
import { startService } from '../service.ts'
import { CASES } from './cases/all.ts'
import { differencesOf, type Reply } from './compare.ts'
import type { Answer, ContractCase } from './contract-case.ts'
import { ContractServer } from './server.ts'

const ALL = Object.values(CASES).flat()
const LISTED = new Set(DIFFERENCES.flatMap(({ cases }) => cases))

/** The store's answers, which are asked for once. */
async function storeReplies(t: Parameters<typeof startService>[0]): Promise<Map<ContractCase, Reply>> {
  const { url } = await startService(t, ['limits.search_duration=60s'])
  const store = new ContractServer(url)
  await store.fill()
  const replies = new Map<ContractCase, Reply>()
  for (const one of ALL) replies.set(one, await store.ask(one))
  return replies
}

/** What an answer found, as far as it is one that finds something. */
function isEmpty({ body }: Reply): boolean {
  const searches: Answer[] = body?.responses ?? [body]
  return searches.every((search) => search?.hits?.total?.value === 0)
}

test('one list of requests, two servers', { timeout: 900_000 }, async (t) => {
  assert.equal(new Set(ALL.map(({ name }) => name)).size, ALL.length, 'each case has a name of its own')
  assert.ok(ALL.length >= 300)
  const stored = await storeReplies(t)

  await t.test('the store answers all of them, and finds what it is meant to', () => {
    const wrong: string[] = []
    for (const [{ name, isEmpty: isEmptyMeant = false }, reply] of stored) {
      if (reply.status >= 500) wrong.push(`${name}: status ${reply.status}`)
      else if (isEmptyMeant || LISTED.has(name)) continue
      else if (reply.status !== 200) wrong.push(`${name}: ${reply.status} ${JSON.stringify(reply.body)}`)
      else if (isEmpty(reply)) wrong.push(`${name}: nothing is found`)
    }
    assert.deepEqual(wrong, [])
  })

  await t.test('Elasticsearch answers the same', { skip: await whyNoElasticsearch() }, async (t) => {
    const elasticsearch = new ContractServer((await startElasticsearch(t)).url)
    await elasticsearch.fill()
    const unlisted: string[] = []
    const vanished: string[] = []
    for (const [one, actual] of stored) {
      if (one.storeOnly !== undefined) continue
      const lines = differencesOf(one, await elasticsearch.ask(one), actual)
      if (lines.length > 0 && !LISTED.has(one.name)) unlisted.push(`${one.name}\n    ${lines.join('\n    ')}`)
      if (lines.length === 0 && LISTED.has(one.name)) vanished.push(one.name)
    }
    assert.equal(unlisted.join('\n'), '', 'differences that are not in docs/pages/store-api/differences.ts')
    assert.deepEqual(vanished, [], 'differences that are listed and are none any more')
  })
})

test('listed differences name cases that there are', () => {
  const names = new Set(ALL.map(({ name }) => name))
  assert.deepEqual(
    [...LISTED].filter((name) => !names.has(name)),
    [],
  )
})

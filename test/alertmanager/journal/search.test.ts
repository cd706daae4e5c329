import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Matcher } from '#lib/matchers.ts'
import { digestOf } from '../../../alertmanager/journal/alert-digest.ts'
import { History } from '../../../alertmanager/journal/history.ts'
import { type Search, searchHistory } from '../../../alertmanager/journal/search.ts'
import { Database } from '../../../alertmanager/store/database.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { startStory, YAML } from '../explain/story.ts'
import { flushed } from '../support/flushed.ts'

const COUNT = 1_200

async function open(t: TestContext): Promise<History> {
  const path = join(temporaryDirectory(t), 'state.db')
  const database = new Database({ path, clock: new ManualClock(), onFailure: () => {} })
  const history = new History({ database, limit: COUNT })
  database.start()
  t.after(() => database.stop())
  history.load()
  for (let n = 1; n <= COUNT; n++) {
    const alerts = digestOf([flushed({ alertname: 'A', n: `${n % 400}` }), flushed({ alertname: 'B', n: `${n}` })])
    const receiver = n === 3 ? 'rare' : 'team'
    history.add({
      place: { groupId: 'g', groupKey: 'g', receiver, integration: 'webhook', index: 0 },
      ...{ outcome: 'sent', atMs: n, endedAtMs: n, details: { groupLabels: { zone: `z${n % 600}` }, alerts } },
    })
  }
  await database.settled()
  return history
}

const matcher = (name: string, value: string) => {
  const result = Matcher.create(name, '=', value)
  assert.ok(result.ok)
  return result.matcher
}

test('a search goes back through the whole history, page after page, and misses nothing', async (t) => {
  const history = await open(t)
  const all = async (search: Partial<Search>) => {
    const found: number[] = []
    let before: number | undefined
    do {
      const page = await searchHistory(history, { matchers: [], count: 2, ...search, before })
      found.push(...page.entries.map(({ id }) => id))
      before = page.next
    } while (before !== undefined)
    return found
  }
  assert.deepEqual(await all({ matchers: [matcher('alertname', 'A'), matcher('n', '7')] }), [807, 407, 7])
  assert.deepEqual(await all({ matchers: [matcher('alertname', 'B'), matcher('n', '7')] }), [7])
  assert.deepEqual(await all({ matchers: [matcher('zone', 'z5')] }), [605, 5])
  assert.deepEqual(await all({ receiver: 'rare' }), [3])
  const { fingerprint } = flushed({ alertname: 'A', n: '9' }).alert.labels
  assert.deepEqual(await all({ fingerprint }), [809, 409, 9])
  assert.deepEqual(await all({ fingerprint, matchers: [matcher('alertname', 'B')] }), [])
  assert.equal((await all({ count: 250 })).length, COUNT)
  assert.deepEqual(await all({ fingerprint, from: 400 }), [809, 409])
})

test('a disk that takes nothing holds up no notification, and costs no explanation', async (t) => {
  const story = await startStory(t, YAML)
  const { database, pipeline } = story.router
  await database.settled()
  database.statement('PRAGMA max_page_count = 1').all()
  story.push({ alertname: 'A' })
  for (let n = 0; n < 200; n++) story.push({ alertname: `B${n}`, text: 'x'.repeat(1_000) })
  await story.at(60)
  assert.match(await story.verdict({ alertname: 'A' }), /^sent at 12:00:30 UTC \(first notification\)/)
  assert.equal((await searchHistory(pipeline.state.history, { matchers: [], count: 500 })).entries.length, 201)
  assert.ok(story.router.logLines.some((line) => line.includes('cannot write the state to disk')))
  database.statement('PRAGMA max_page_count = 1000000').all()
  await story.at(600)
  assert.equal(pipeline.state.history.dropped.disk, 0)
  await story.kill()
  await story.start()
  assert.equal(story.router.pipeline.state.history.size, 201)
})

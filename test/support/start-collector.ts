import type { TestContext } from 'node:test'
import { CollectorHarness } from './collector-harness.ts'
import { FakeElasticsearch } from './fake-elasticsearch.ts'
import { temporaryDirectory } from './temporary.ts'

/** A collector and what it sends to, for as long as the test. */
export async function startCollector(t: TestContext, settings: readonly string[] = []) {
  const elasticsearch = new FakeElasticsearch()
  const collector = new CollectorHarness(temporaryDirectory(t), await elasticsearch.start(), settings)
  await collector.start()
  t.after(async () => {
    await collector.stop()
    await elasticsearch.stop()
  })
  return { elasticsearch, collector }
}

import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { NodeHarness } from '../../../support/node-harness.ts'
import { type ModelFile, NODE_FILES } from '../../../support/node-model.ts'

/** The one collector that reads a file, or two of one. */
function readersOf(path: string): ReadonlySet<string> {
  return new Set(NODE_FILES.find((file) => file.path === path)!.readers)
}

function contentsOf(files: readonly ModelFile[]): Record<string, string> {
  return Object.fromEntries(files.map(({ path, text }) => [path, text]))
}

/** Cut, with bytes that are not those, or with something in between. */
const damage = fc.record({
  path: fc.constantFrom(...NODE_FILES.map(({ path }) => path)),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom('cut', 'replace', 'insert'),
  bytes: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('\n', ' ', ':', '-1', '9'.repeat(400), '0x', '\0'),
  ),
})

it('a damaged file costs the series of who reads it, and no others', async () => {
  const whole = new NodeHarness(contentsOf(NODE_FILES))
  const expected = await whole.gather()
  assert.deepEqual(whole.happened, [])
  await fc.assert(
    fc.asyncProperty(damage, async ({ path, at, kind, bytes }) => {
      const harness = new NodeHarness(contentsOf(NODE_FILES))
      const text = harness.files.contents.get(path) as string
      const middle = Math.floor(at * text.length)
      const rest = kind === 'cut' ? '' : kind === 'insert' ? text.slice(middle) : text.slice(middle + bytes.length)
      harness.files.contents.set(path, text.slice(0, middle) + (kind === 'cut' ? '' : bytes) + rest)
      const series = await harness.gather()
      const readers = readersOf(path)
      for (const [key, { labels, value }] of series) {
        const collector = labels.collector ?? ''
        if (key.startsWith('node_scrape_collector_success') && !readers.has(collector)) {
          assert.equal(value, expected.get(key)!.value, key)
        }
        // What is no number never becomes one, nor a value.
        assert.ok(Number.isFinite(value), key)
      }
      for (const { event, labels } of harness.happened) {
        if (event === 'nodeCollectorFailed') assert.ok(readers.has((labels as { collector: string }).collector), path)
      }
    }),
    { numRuns: 100 },
  )
})

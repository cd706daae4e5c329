import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const DIRECTORY = join(import.meta.dirname, '../../corpus/agent/lines')

/** Text, or bytes in hexadecimal digits, or either many times. */
type Piece = string | { readonly repeat?: string; readonly hex?: string; readonly times?: number }

/** What stands in the files of one container, and the records that come of it, in the order of their ids. */
interface LineCase {
  readonly name: string
  readonly files: Readonly<Record<string, readonly Piece[]>>
  readonly settings?: readonly string[]
  readonly records: readonly (readonly [string | null, string | readonly Piece[], string, number?])[]
  readonly counts?: Readonly<Record<string, number>>
}

function bytesOf(pieces: string | readonly Piece[]): Buffer {
  const list = typeof pieces === 'string' ? [pieces] : pieces
  return Buffer.concat(
    list.map((piece) => {
      if (typeof piece === 'string') return Buffer.from(piece)
      const unit = piece.hex === undefined ? Buffer.from(piece.repeat ?? '') : Buffer.from(piece.hex, 'hex')
      return Buffer.concat(Array<Buffer>(piece.times ?? 1).fill(unit))
    }),
  )
}

function printTime(timeNs: bigint): string {
  const seconds = new Date(Number(timeNs / 1_000_000_000n) * 1_000).toISOString().slice(0, 19)
  return `${seconds}.${String(timeNs % 1_000_000_000n).padStart(9, '0')}Z`
}

for (const file of readdirSync(DIRECTORY)) {
  const cases = JSON.parse(readFileSync(join(DIRECTORY, file), 'utf8')) as readonly LineCase[]
  for (const { name, files, settings = [], records, counts = {} } of cases) {
    test(`${file}: ${name}`, async (t) => {
      const collector = new FakeCollector()
      const agent = new AgentHarness(temporaryDirectory(t), collector, settings)
      const container = new ContainerFiles(agent.podsDir)
      for (const [path, pieces] of Object.entries(files)) container.append(bytesOf(pieces), path)
      await agent.start()
      await agent.settle()
      await agent.clock.advance(6_000)
      await agent.settle()
      const found = [...collector.records.values()].sort((a, b) => (a.uid < b.uid ? -1 : 1))
      const byStream = (stream: string | null) =>
        found
          .filter((record) => (record.stream ?? null) === stream)
          .map(({ body, timeNs, originalBytes }) => [body, printTime(timeNs), originalBytes])
      for (const stream of ['stdout', 'stderr', null]) {
        const expected = records.filter((record) => record[0] === stream)
        assert.deepEqual(
          byStream(stream),
          expected.map(([, body, time, originalBytes = 0]) => [bytesOf(body).toString(), time, originalBytes]),
          `${stream}`,
        )
      }
      const stats = agent.pipeline.intake.stats as Readonly<Record<string, number>>
      for (const [key, count] of Object.entries(counts)) assert.equal(stats[key], count, key)
      const written = Object.values(files).reduce((sum, pieces) => sum + bytesOf(pieces).length, 0)
      assert.equal(stats.bytes, written, 'everything was read')
      await agent.stop()
    })
  }
}

import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { AgentHarness } from './agent-harness.ts'
import { FakeCollector } from './fake-collector.ts'
import { temporaryDirectory } from './temporary.ts'

interface SetUp {
  /** Patterns below the directory of the logs. */
  readonly paths?: readonly string[]
  /** Of the entry of `files`. */
  readonly source?: Readonly<Record<string, unknown>>
  readonly settings?: readonly string[]
}

/** An agent that reads the files of a directory, and no containers. */
export function readFiles(t: TestContext, { paths = ['*.log'], source = {}, settings = [] }: SetUp = {}) {
  const collector = new FakeCollector()
  const directory = temporaryDirectory(t)
  const logs = join(directory, 'logs')
  mkdirSync(logs)
  const files = [{ paths: paths.map((path) => join(logs, path)), ...source }]
  const agent = new AgentHarness(directory, collector, [
    `files=${JSON.stringify(files)}`,
    'logs.enabled=false',
    ...settings,
  ])
  t.after(async () => {
    collector.mode = 'accept'
    collector.release()
    if (agent.isRunning) await agent.stop()
  })
  const at = (name: string) => join(logs, name)
  const write = (name: string, ...lines: readonly string[]) =>
    appendFileSync(at(name), lines.map((line) => `${line}\n`).join(''))
  /** In the order of their ids; of a path, whatever its files were called later. */
  const bodies = (name = 'app.log') => collector.bodies(at(name), undefined)
  return { agent, collector, directory, logs, at, write, bodies }
}

export function numbered(count: number, text = 'line'): string[] {
  return Array.from({ length: count }, (_, index) => `${text} ${index}`)
}

export function sorted(lines: readonly string[]): string[] {
  return lines.toSorted((a, b) => (a < b ? -1 : Number(a > b)))
}

/** Many small requests, few at a time: so there is a backlog soon. */
export const SMALL_BATCHES: readonly string[] = ['ship.batch.max_bytes=2KiB', 'ship.max_in_flight=2']

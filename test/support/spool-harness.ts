import { existsSync, readdirSync, renameSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { AgentHarness } from './agent-harness.ts'
import { ContainerFiles } from './container-files.ts'
import { FakeCollector } from './fake-collector.ts'
import { temporaryDirectory } from './temporary.ts'

export const BATCHES = ['ship.batch.max_bytes=4KiB', 'ship.max_in_flight=2']
export const numbered = (count: number, text: string) => Array.from({ length: count }, (_, index) => `${text} ${index}`)

export function setUpSpool(t: TestContext, settings: readonly string[] = []) {
  const collector = new FakeCollector()
  const directory = temporaryDirectory(t)
  const agent = new AgentHarness(directory, collector, [...BATCHES, ...settings])
  t.after(async () => {
    collector.mode = 'accept'
    collector.release()
    if (agent.isRunning) await agent.stop()
  })
  const spool = join(directory, 'vedette-spool')
  const pod = (name: string) => new ContainerFiles(agent.podsDir, name)
  return { agent, collector, spool, pod }
}

/** Lets files be closed and links be removed. */
export const rest = async (agent: AgentHarness) => {
  await agent.settle()
  await agent.clock.advance(40_000)
}

/** Rotates the log of a container and deletes the file, with no `.gz` left of it. */
export async function loseFile(agent: AgentHarness, files: ContainerFiles, rotation: number): Promise<void> {
  const name = `0.log.20261121-${String(100_000 + rotation)}`
  renameSync(files.path(), files.path(name))
  files.write([])
  await agent.clock.advance(300)
  unlinkSync(files.path(name))
}

export const logsOf = (agent: AgentHarness) => agent.pipeline.tailer.logs.values()

export function linksIn(spool: string): readonly string[] {
  return existsSync(spool) ? readdirSync(spool, { recursive: true, encoding: 'utf8' }) : []
}

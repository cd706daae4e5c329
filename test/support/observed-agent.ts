import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { ContainerFiles } from './container-files.ts'
import { ServiceProcess } from './service-process.ts'
import { temporaryDirectory } from './temporary.ts'

/** An agent in a process of its own, with its web server on a port of its own choice. */
export async function startAgent(t: TestContext, settings: readonly string[] = []) {
  const directory = temporaryDirectory(t)
  const podsDir = join(directory, 'pods')
  mkdirSync(podsDir)
  const all = [
    `logs.pods_dir=${podsDir}`,
    `state_dir=${join(directory, 'state')}`,
    'web.listen_address=127.0.0.1:0',
    'ship.endpoints=["http://127.0.0.1:1"]',
    'metadata.source=none',
    'gather.enabled=false',
    'shutdown.drain_timeout=100ms',
    ...settings,
  ]
  const process = new ServiceProcess(
    t,
    'agent',
    all.flatMap((setting) => ['--set', setting]),
  )
  const [, url] = await process.until(/msg=ready web=(http:\S+)/)
  return { process, url: url!, files: (pod: string, container?: string) => new ContainerFiles(podsDir, pod, container) }
}

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { Logger } from '#lib/log.ts'
import { ContainerLog } from './container-log.ts'
import { DEPLOYMENTS, type DemoContainer, reportJob } from './workload.ts'

export interface DemoOptions {
  readonly podsDir: string
  readonly clock: Clock
  readonly logger: Logger
}

/** How long a job runs, and how many ended ones the pods directory still has. */
const JOB_MS = 60_000
const KEEP_JOBS = 3

/** Writes the demo workload: a few lines a second, rotated, with a job that comes and goes. */
export function createDemo({ podsDir, clock, logger }: DemoOptions): Service {
  const stopping = new AbortController()
  const { signal } = stopping
  const running: Promise<void>[] = []

  async function run(container: DemoContainer, until: number): Promise<void> {
    const log = new ContainerLog(join(podsDir, podDirectory(container), container.container))
    while (!signal.aborted && clock.nowMs() < until) {
      const { stream, message } = container.say()
      try {
        log.write(clock.nowMs(), stream, message)
      } catch (error) {
        logger.error({ reason: messageOf(error), podsDir }, 'cannot write demo logs; trying again')
        await clock.sleep(10_000, signal)
      }
      await clock.sleep(container.everyMs * (0.5 + Math.random()), signal)
    }
  }

  async function runJobs(): Promise<void> {
    while (!signal.aborted) {
      const startedMs = clock.nowMs()
      removeOldJobs(podsDir)
      await run(reportJob(Math.floor(startedMs / JOB_MS)), startedMs + JOB_MS)
    }
  }

  return {
    name: 'demo',
    start() {
      mkdirSync(podsDir, { recursive: true })
      running.push(...DEPLOYMENTS.map((container) => run(container, Number.POSITIVE_INFINITY)), runJobs())
    },
    async stop() {
      stopping.abort()
      await Promise.all(running)
    },
  }
}

function podDirectory({ namespace, pod }: DemoContainer): string {
  // The same pod has the same UID after a restart, so that its log goes on.
  const hash = createHash('sha256').update(`${namespace}/${pod}`).digest('hex')
  const uid = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ]
  return `${namespace}_${pod}_${uid.join('-')}`
}

function removeOldJobs(podsDir: string): void {
  const jobs = readdirSync(podsDir).filter((name) => name.startsWith('demo-jobs_'))
  for (const name of jobs.sort().slice(0, -KEEP_JOBS)) rmSync(join(podsDir, name), { recursive: true, force: true })
}

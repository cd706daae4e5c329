import { checkValue } from '#lib/config/check.ts'
import { createEvents } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { type ContainersConfig, containersSection } from '../../agent/gather/container/config.ts'
import type { ContainerGatherer } from '../../agent/gather/container/container-gatherer.ts'
import {
  type ContainerGathererDeps,
  createContainerGatherer,
} from '../../agent/gather/container/create-container-gatherer.ts'
import { CONTAINER_EVENTS } from '../../agent/gather/container/events.ts'
import type { MetricsRequest } from '../../agent/gather/target-metrics.ts'
import type { ContainerMetadata, PodMetadata } from '../../agent/metadata/pod-metadata.ts'
import { decodeSeries } from './gathered-series.ts'
import { ManualClock } from './manual-clock.ts'

/** The section with defaults for what is not given. */
export function containersConfig(given: Readonly<Record<string, unknown>>): ContainersConfig {
  const problems: string[] = []
  const report = (_: unknown, message: string) => problems.push(message)
  const value = checkValue(containersSection(), given, [], report)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return value as ContainersConfig
}

/** A gatherer of containers on a clock that the test moves; `round` is what one round sent. */
export function createTestGatherer(
  given: Readonly<Record<string, unknown>>,
  deps: Partial<ContainerGathererDeps> = {},
) {
  const clock = new ManualClock()
  const lines: string[] = []
  const registry = createRegistry('agent', '0')
  const logger = createLogger({ service: 'agent', level: 'debug', format: 'logfmt', write: (line) => lines.push(line) })
  const events = createEvents('vedette_agent', CONTAINER_EVENTS, { clock, registry, logger })
  const sent: MetricsRequest[] = []
  const gatherer: ContainerGatherer = createContainerGatherer(containersConfig(given), {
    ...{ clock, events, pods: undefined, version: '1.2.3', node: { name: 'node-1', address: '10.0.0.1' } },
    send: (requests) => sent.push(...requests),
    ...deps,
  })
  const round = async (advanceMs = 10_000) => {
    sent.length = 0
    await gatherer.gather(new AbortController().signal)
    await clock.advance(advanceMs)
    return decodeSeries(sent)
  }
  return { gatherer, clock, lines, sent, round }
}

/** Pods that a test sets; the list is always new. */
export class TestPods {
  pods: PodMetadata[]
  ageMs: number | undefined = 0
  /** What was looked for and not found. */
  readonly missed: string[] = []

  constructor(pods: readonly PodMetadata[] = []) {
    this.pods = [...pods]
  }

  findPodByUid(uid: string): PodMetadata | undefined {
    const pod = this.pods.find((candidate) => candidate.uid === uid || candidate.otherUids.includes(uid))
    if (pod === undefined) this.missed.push(uid)
    return pod
  }

  findContainerById(id: string) {
    for (const pod of this.pods) {
      for (const container of pod.containers) {
        const run = container.runs.find((candidate) => candidate.id === id)
        if (run !== undefined) return { pod, container, run }
      }
    }
    this.missed.push(id)
    return undefined
  }
}

/** A pod with containers by name and the ids of their runs, latest first. */
export function podOf(
  uid: string,
  containers: Readonly<Record<string, readonly string[]>>,
  other: Partial<PodMetadata> = {},
): PodMetadata {
  const list = Object.entries(containers).map(
    ([name, ids]): ContainerMetadata => ({
      ...{ name, image: `${name}:1`, imageId: '' },
      runs: ids.map((id, index) => ({
        ...{ id, restartCount: ids.length - 1 - index, termination: undefined },
        startedAtMs: Date.UTC(2026, 10, 20, 12, 0, index),
      })),
    }),
  )
  return {
    ...{ uid, otherUids: [], apiUid: uid, isStatic: false, namespace: 'shop', name: `pod-${uid}`, nodeName: 'node-1' },
    ...{ podIp: '10.244.0.20', isHostNetwork: false, startTime: '2026-11-20T11:59:00Z', owner: undefined },
    ...{ labels: new Map(), annotations: new Map(), containers: list },
    ...other,
  }
}

import type { TopContainer, TopReport, TopStage } from '../../agent/observe/top.ts'

export const SORT_ORDERS = ['rate', 'behind', 'age', 'name'] as const
export type SortOrder = (typeof SORT_ORDERS)[number]

export interface StageRates extends TopStage {
  readonly in_per_second: number
  readonly out_per_second: number
}

export interface ContainerRates extends TopContainer {
  readonly read_bytes_per_second: number
}

/** A report with what happened since the one before it. */
export interface TopView extends TopReport {
  readonly stages: readonly StageRates[]
  readonly containers: readonly ContainerRates[]
}

/** What happened between two reports; nothing if the agent was started again in between. */
export function viewOf(report: TopReport, before: TopReport): TopView {
  const seconds = report.uptime_seconds - before.uptime_seconds
  const rate = (now: number, then: number | undefined) =>
    then === undefined || seconds <= 0 ? 0 : Math.max(0, (now - then) / seconds)
  const containers = new Map(before.containers.map((container) => [keyOf(container), container]))
  return {
    ...report,
    stages: report.stages.map((stage) => {
      const then = before.stages.find(({ stage: name }) => name === stage.stage)
      return { ...stage, in_per_second: rate(stage.in, then?.in), out_per_second: rate(stage.out, then?.out) }
    }),
    containers: report.containers.map((container) => ({
      ...container,
      read_bytes_per_second: rate(container.read_bytes, containers.get(keyOf(container))?.read_bytes),
    })),
  }
}

/** The containers in an order; what is equal goes by name. */
export function sortContainers(containers: readonly ContainerRates[], order: SortOrder): readonly ContainerRates[] {
  const value = (container: ContainerRates) => {
    if (order === 'rate') return container.read_bytes_per_second
    if (order === 'behind') return container.bytes_behind
    return order === 'age' ? container.seconds_behind : 0
  }
  return containers.toSorted((a, b) => value(b) - value(a) || (keyOf(a) < keyOf(b) ? -1 : 1))
}

export function keyOf({ namespace, pod, container }: TopContainer): string {
  return namespace === '' ? container : `${namespace}/${pod}/${container}`
}

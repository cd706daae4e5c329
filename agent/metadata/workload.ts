import type { PodMetadata } from './pod-metadata.ts'

/** What people call the thing that a pod is part of. */
export interface Workload {
  readonly kind: 'Deployment' | 'ReplicaSet' | 'ReplicationController' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'CronJob'
  readonly name: string
}

const TEMPLATE_HASH = 'pod-template-hash'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** A Job may try again for long, and clocks of two machines differ. */
const LATEST_START_MS = 366 * DAY_MS
const EARLIEST_START_MS = -DAY_MS
/** September 2013 in minutes: above any date written as yyyymmdd in this century, and before there was Kubernetes. */
const EARLIEST_MINUTE = 23_000_000

/**
 * The workloads of a pod, the controller of the pod first and the one behind that second. Only the pod itself is asked:
 * its owner has the name, and the two owners that have an owner of their own build their name from that one's.
 *
 * - A Deployment calls its ReplicaSet `<deployment>-<hash>` and labels the pods `pod-template-hash: <hash>`. Argo Rollouts
 *   does the same but labels them `rollouts-pod-template-hash`, so its pods have a ReplicaSet and no Deployment. A
 *   ReplicaSet made by hand with such a name and such a label passes for one of a Deployment.
 * - A CronJob calls its Job `<cronjob>-<scheduled time in minutes since 1970>`, eight digits until 2160. `report-20261121`
 *   is a Job of its own: the time must be near the start of the pod.
 * - Owners of other kinds (a static pod's Node among them) are no workloads in the semantic conventions.
 */
export function workloadsOf(pod: Pick<PodMetadata, 'owner' | 'labels' | 'startTime'>): readonly Workload[] {
  const { owner } = pod
  switch (owner?.kind) {
    case 'ReplicaSet':
      return chain({ kind: owner.kind, name: owner.name }, 'Deployment', deploymentName(owner.name, pod))
    case 'Job':
      return chain({ kind: owner.kind, name: owner.name }, 'CronJob', cronJobName(owner.name, pod))
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicationController':
      return [{ kind: owner.kind, name: owner.name }]
    default:
      return []
  }
}

/** The name of a workload of this kind in OpenTelemetry's semantic conventions. */
export function workloadAttribute(kind: Workload['kind']): string {
  return `k8s.${kind.toLowerCase()}.name`
}

function chain(owner: Workload, kind: Workload['kind'], name: string | undefined): readonly Workload[] {
  return name === undefined ? [owner] : [owner, { kind, name }]
}

function deploymentName(replicaSet: string, { labels }: Pick<PodMetadata, 'labels'>): string | undefined {
  const hash = labels.get(TEMPLATE_HASH)
  if (!hash || !replicaSet.endsWith(`-${hash}`)) return undefined
  return replicaSet.slice(0, -hash.length - 1) || undefined
}

function cronJobName(job: string, { startTime }: Pick<PodMetadata, 'startTime'>): string | undefined {
  const [, name, digits] = /^(.+)-(\d{8})$/.exec(job) ?? []
  if (name === undefined) return undefined
  const startMs = startTime === undefined ? Number.NaN : Date.parse(startTime)
  if (Number.isNaN(startMs)) return Number(digits) >= EARLIEST_MINUTE ? name : undefined
  const delayMs = startMs - Number(digits) * MINUTE_MS
  return delayMs >= EARLIEST_START_MS && delayMs <= LATEST_START_MS ? name : undefined
}

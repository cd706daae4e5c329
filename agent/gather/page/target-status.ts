import type { PageTargetState } from './page-target.ts'

/** A target and how it is, without secrets. */
export interface TargetStatus extends PageTargetState {
  /** Where it is from: `pods`, `kubelet`, or the job of a target of the configuration. */
  readonly pool: string
  readonly job: string
  readonly instance: string
  /** Beyond job and instance. */
  readonly labels: ReadonlyMap<string, string>
  /** What it was found with, before relabelling. */
  readonly discovered: ReadonlyMap<string, string>
  readonly url: string
  readonly intervalMs: number
  readonly timeoutMs: number
}

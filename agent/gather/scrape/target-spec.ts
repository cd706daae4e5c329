import type { Relabel } from '../relabel/relabel.ts'
import type { Access } from './access.ts'

/** Targets of one origin, which are read alike. */
export interface ScrapePool {
  /** `pods`, or the job of static targets. */
  readonly name: string
  readonly access: Access
  readonly honorLabels: boolean
  readonly honorTimestamps: boolean
  readonly relabel: Relabel | undefined
  readonly metricRelabel: Relabel | undefined
}

/** A page that is to be read. */
export interface TargetSpec {
  readonly pool: ScrapePool
  readonly job: string
  readonly instance: string
  readonly url: URL
  /** Beyond job and instance. */
  readonly labels: ReadonlyMap<string, string>
  readonly intervalMs: number
  readonly timeoutMs: number
  /** What it was made of, as relabelling saw it. */
  readonly discovered: ReadonlyMap<string, string>
}

/** What makes two specs the same target: nothing of it changes while it is scraped. */
export function keyOf({ pool, job, instance, url, labels, intervalMs }: TargetSpec): string {
  return JSON.stringify([pool.name, job, instance, url.href, intervalMs, ...labels])
}

const SECRET = /token|key|secret|pass|auth|sig/i

/** The URL for people: values of parameters that may be secrets are left out. */
export function displayUrlOf({ url }: Pick<TargetSpec, 'url'>): string {
  const shown = new URL(url)
  for (const name of new Set(shown.searchParams.keys())) if (SECRET.test(name)) shown.searchParams.set(name, '***')
  return shown.href
}

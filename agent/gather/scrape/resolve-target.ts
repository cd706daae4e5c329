import type { ScrapePool, TargetSpec } from './target-spec.ts'

export interface ResolveOptions {
  readonly pool: ScrapePool
  /** Labels as Prometheus' discovery makes them, `__address__` and the like among them; they are changed. */
  readonly labels: Map<string, string>
  readonly intervalMs: number
  readonly timeoutMs: number
}

const PARAMETER = '__param_'

/** The target that discovered labels stand for once they are relabelled, or why there is none. */
export function resolveTarget({
  pool,
  labels,
  intervalMs,
  timeoutMs,
}: ResolveOptions): TargetSpec | 'dropped' | 'invalid' {
  const discovered = new Map(labels)
  if (pool.relabel?.(labels) === false) return 'dropped'
  const take = (name: string) => labels.get(name) ?? ''
  const url = URL.parse(`${take('__scheme__')}://${take('__address__')}`)
  const path = take('__metrics_path__')
  const isAddress = url !== null && url.pathname === '/' && url.search === '' && url.username === '' && url.hash === ''
  if (!isAddress || !/^https?:$/.test(url.protocol) || !path.startsWith('/')) return 'invalid'
  const [pathname = '/', query = ''] = path.split(/\?(.*)/s)
  url.pathname = pathname
  url.search = query
  for (const [name, value] of labels) {
    if (name.startsWith(PARAMETER)) url.searchParams.set(name.slice(PARAMETER.length), value)
  }
  const job = take('job')
  if (job === '') return 'invalid'
  const instance = take('instance') || `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`
  const kept = [...labels].filter(([name]) => !name.startsWith('__') && name !== 'job' && name !== 'instance')
  return { pool, job, instance, url, labels: new Map(kept), intervalMs, timeoutMs, discovered }
}

/** One thing that happens to a router, all times in milliseconds since the beginning. */
export type Step =
  | {
      readonly kind: 'fire'
      readonly atMs: number
      readonly group: string
      readonly n: string
      readonly leftMs: number
    }
  | { readonly kind: 'resolve'; readonly atMs: number; readonly group: string; readonly n: string }
  | { readonly kind: 'restart'; readonly atMs: number }

export interface Settings {
  readonly waitMs: number
  readonly intervalMs: number
  readonly repeatMs: number
  readonly sendResolved: boolean
}

export interface Told {
  readonly atMs: number
  readonly group: string
  readonly firing: readonly string[]
  readonly resolved: readonly string[]
  readonly reason: string
}

interface Group {
  nextMs: number
  lastMs: number | undefined
  readonly alerts: Set<string>
}

/**
 * What a router must tell, from the written rules of grouping and of the notification log and from nothing else: one
 * loop over time, no timers, no routes, no disk. Alerts end by themselves; a restart takes no time.
 */
export function whatIsTold(steps: readonly Step[], settings: Settings, untilMs: number): readonly Told[] {
  const { waitMs, intervalMs, repeatMs, sendResolved } = settings
  const told: Told[] = []
  const endsMs = new Map<string, number>()
  const groups = new Map<string, Group>()
  const log = new Map<string, { firing: Set<string>; resolved: Set<string>; atMs: number }>()
  let savedMs = 0

  const reasonFor = (name: string, firing: Set<string>, resolved: Set<string>, atMs: number): string | undefined => {
    const last = log.get(name)
    if (last === undefined) return firing.size > 0 ? 'first notification' : undefined
    const isNews = [...firing].some((n) => !last.firing.has(n))
    if (isNews) return last.firing.size === 0 ? 'first notification' : 'new alerts added'
    if (firing.size === 0) return last.firing.size > 0 ? 'all alerts resolved' : undefined
    if (sendResolved && [...resolved].some((n) => !last.resolved.has(n))) return 'some alerts resolved'
    return atMs - last.atMs > repeatMs ? 'repeat interval elapsed' : undefined
  }

  const flush = (name: string, group: Group, atMs: number): void => {
    group.lastMs = atMs
    group.nextMs = atMs + intervalMs
    const all = [...group.alerts].sort((a, b) => Number(a) - Number(b))
    const isFiring = (n: string) => endsMs.get(name + n)! > atMs
    const firing = all.filter(isFiring)
    const resolved = all.filter((n) => !isFiring(n))
    const reason = reasonFor(name, new Set(firing), new Set(resolved), atMs)
    if (reason !== undefined) {
      if (sendResolved || firing.length > 0) {
        told.push({ atMs, group: name, firing, resolved: sendResolved ? resolved : [], reason })
      }
      log.set(name, { firing: new Set(firing), resolved: new Set(resolved), atMs })
    }
    for (const n of resolved) group.alerts.delete(n)
    if (group.alerts.size === 0) groups.delete(name)
    if (reason !== undefined || resolved.length > 0) savedMs = atMs
  }

  const runUntil = (atMs: number): void => {
    for (;;) {
      const due = [...groups].filter(([, { nextMs }]) => nextMs <= atMs).sort(([, a], [, b]) => a.nextMs - b.nextMs)[0]
      if (due === undefined) return
      flush(due[0], due[1], due[1].nextMs)
    }
  }

  for (const step of steps) {
    runUntil(step.atMs)
    if (step.kind === 'restart') {
      // A flush that left no trace may not have happened: it is made up for.
      const doubtful = [...groups].filter(([, { lastMs }]) => lastMs !== undefined && lastMs > savedMs)
      for (const [name, group] of doubtful) flush(name, group, step.atMs)
      if (doubtful.length > 0) savedMs = step.atMs
      continue
    }
    const id = step.group + step.n
    const oldMs = endsMs.get(id) ?? 0
    const newMs = step.kind === 'fire' ? step.atMs + step.leftMs : step.atMs
    endsMs.set(id, step.kind === 'fire' && step.atMs < oldMs ? Math.max(oldMs, newMs) : newMs)
    const group = groups.get(step.group) ?? { nextMs: step.atMs + waitMs, lastMs: undefined, alerts: new Set() }
    group.alerts.add(step.n)
    groups.set(step.group, group)
    savedMs = step.atMs
  }
  runUntil(untilMs)
  return told
}

interface Timed {
  readonly atMs: number
}

interface Named {
  readonly group: string
  readonly n: string
}

/** One thing that happens to a router, all times in milliseconds since the beginning. */
export type Step = Fire | Resolve | Silence | Break | Mend | Restart

interface Fire extends Timed, Named {
  readonly kind: 'fire'
  readonly leftMs: number
}

interface Resolve extends Timed, Named {
  readonly kind: 'resolve'
}

/** Of one alert, or of a whole group. */
interface Silence extends Timed {
  readonly kind: 'silence'
  readonly group: string
  readonly n: string | undefined
  readonly leftMs: number
}

/** From here on the receiver refuses everything. */
interface Break extends Timed {
  readonly kind: 'break'
}

/** It takes everything again. */
interface Mend extends Timed {
  readonly kind: 'mend'
}

/** The router is killed and started again. If it is noted, its disk has just been told something. */
interface Restart extends Timed {
  readonly kind: 'restart'
  readonly noted: boolean
}

export interface Settings {
  readonly waitMs: number
  readonly intervalMs: number
  readonly repeatMs: number
  readonly sendResolved: boolean
  /** Whether alerts of group B keep those of A with the same `n` from being told. */
  readonly inhibits: boolean
  /** A time at which nothing is told, from a minute up to another one. */
  readonly quiet: { readonly startMinute: number; readonly endMinute: number } | undefined
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

/** What is remembered of the last notification of a group. */
interface Memory {
  readonly atMs: number
  readonly firing: ReadonlySet<string>
  readonly resolved: ReadonlySet<string>
  /** Who was told as firing before, and is muted since. */
  readonly muted: ReadonlySet<string>
}

/**
 * What a router must tell, from the written rules of grouping, of muting and of the notification log and from nothing
 * else: one loop over time, no timers, no routes, no disk. Alerts end by themselves; a restart takes no time.
 */
export function whatIsTold(steps: readonly Step[], settings: Settings, untilMs: number): readonly Told[] {
  const model = new Model(settings)
  for (const step of steps) {
    model.runUntil(step.atMs)
    model.take(step)
  }
  model.runUntil(untilMs)
  return model.told
}

class Model {
  readonly told: Told[] = []
  readonly #settings: Settings
  readonly #endsMs = new Map<string, number>()
  readonly #groups = new Map<string, Group>()
  readonly #memories = new Map<string, Memory>()
  readonly #silences: { readonly group: string; readonly n: string | undefined; readonly endMs: number }[] = []
  #broken = false
  #savedMs = 0

  constructor(settings: Settings) {
    this.#settings = settings
  }

  runUntil(atMs: number): void {
    for (;;) {
      const due = [...this.#groups].filter(([, { nextMs }]) => nextMs <= atMs)
      const [first] = due.sort(([, a], [, b]) => a.nextMs - b.nextMs)
      if (first === undefined) return
      this.#flush(first[0], first[1], first[1].nextMs)
    }
  }

  take(step: Step): void {
    const { atMs } = step
    if (step.kind === 'break' || step.kind === 'mend') {
      this.#broken = step.kind === 'break'
      return
    }
    if (step.kind === 'restart') {
      if (step.noted) this.#savedMs = atMs
      this.#makeUp(atMs)
      return
    }
    if (step.kind === 'silence') {
      this.#savedMs = atMs
      this.#silences.push({ group: step.group, n: step.n, endMs: atMs + step.leftMs })
      return
    }
    const id = step.group + step.n
    const oldMs = this.#endsMs.get(id) ?? 0
    // That an alert still fires leaves no trace.
    if (step.kind !== 'fire' || atMs >= oldMs) this.#savedMs = atMs
    const newMs = step.kind === 'fire' ? atMs + step.leftMs : atMs
    this.#endsMs.set(id, step.kind === 'fire' && atMs < oldMs ? Math.max(oldMs, newMs) : newMs)
    const fresh = { nextMs: atMs + this.#settings.waitMs, lastMs: undefined, alerts: new Set<string>() }
    const group = this.#groups.get(step.group) ?? fresh
    group.alerts.add(step.n)
    this.#groups.set(step.group, group)
  }

  /** A flush that left no trace may not have happened. */
  #makeUp(atMs: number): void {
    const doubtful = [...this.#groups].filter(([, { lastMs }]) => lastMs !== undefined && lastMs > this.#savedMs)
    for (const [name, group] of doubtful) this.#flush(name, group, atMs)
    if (doubtful.length > 0) this.#savedMs = atMs
  }

  #flush(name: string, group: Group, atMs: number): void {
    group.lastMs = atMs
    group.nextMs = atMs + this.#settings.intervalMs
    const all = [...group.alerts].sort((a, b) => Number(a) - Number(b))
    const memory = this.#remember(name, all, atMs)
    const isOpen = (n: string) => memory !== undefined && (memory.firing.has(n) || memory.muted.has(n))
    const ended = all.filter((n) => !this.#fires(name, n, atMs))
    if (this.#isQuiet(atMs)) {
      this.#drop(
        name,
        ended.filter((n) => !isOpen(n)),
      )
      return
    }
    const heard = all.filter((n) => !this.#isMuted(name, n, atMs) || (ended.includes(n) && isOpen(n)))
    if (heard.length === 0 || this.#tell(name, heard, atMs, memory)) this.#drop(name, ended)
    if (ended.length > 0) this.#savedMs = atMs
  }

  /** What was told, without those that are muted now; where ends are not told, one that is muted is as good as told. */
  #remember(name: string, all: readonly string[], atMs: number): Memory | undefined {
    const memory = this.#memories.get(name)
    if (memory === undefined) return undefined
    const firing = new Set(memory.firing)
    const muted = new Set(memory.muted)
    for (const n of all) {
      if (!this.#isMuted(name, n, atMs) && !this.#isQuiet(atMs)) continue
      const fires = this.#fires(name, n, atMs)
      if (fires && firing.has(n)) muted.add(n)
      if (!fires && !this.#settings.sendResolved) muted.delete(n)
      if (fires || !this.#settings.sendResolved) firing.delete(n)
    }
    const kept = { ...memory, firing, muted }
    this.#memories.set(name, kept)
    return kept
  }

  /** False if somebody could not be told. */
  #tell(name: string, heard: readonly string[], atMs: number, memory: Memory | undefined): boolean {
    const { sendResolved } = this.#settings
    const firing = heard.filter((n) => this.#fires(name, n, atMs))
    const resolved = heard.filter((n) => !firing.includes(n))
    const reason = this.#reason(new Set(firing), new Set(resolved), atMs, memory)
    if (reason === undefined) return true
    this.#savedMs = atMs
    if (sendResolved || firing.length > 0) {
      if (this.#broken) return false
      this.told.push({ atMs, group: name, firing, resolved: sendResolved ? resolved : [], reason })
    }
    const stillMuted = [...(memory?.muted ?? [])].filter((n) => !heard.includes(n))
    this.#memories.set(name, {
      ...{ atMs, firing: new Set(firing), resolved: new Set(resolved), muted: new Set(stillMuted) },
    })
    return true
  }

  #reason(
    firing: ReadonlySet<string>,
    resolved: ReadonlySet<string>,
    atMs: number,
    last: Memory | undefined,
  ): string | undefined {
    const { sendResolved, intervalMs, repeatMs } = this.#settings
    if (last === undefined) return firing.size > 0 ? 'first notification' : undefined
    const isNews = [...firing].some((n) => !last.firing.has(n))
    if (isNews) return last.firing.size === 0 ? 'first notification' : 'new alerts added'
    if (firing.size === 0) {
      const isOver = last.firing.size > 0 || [...resolved].some((n) => last.muted.has(n))
      return isOver ? 'all alerts resolved' : undefined
    }
    if (sendResolved && [...resolved].some((n) => !last.resolved.has(n))) return 'some alerts resolved'
    return atMs - last.atMs + Math.min(intervalMs / 10, 5_000) >= repeatMs ? 'repeat interval elapsed' : undefined
  }

  #drop(name: string, ended: readonly string[]): void {
    const group = this.#groups.get(name)!
    for (const n of ended) group.alerts.delete(n)
    if (group.alerts.size === 0) this.#groups.delete(name)
  }

  #fires(group: string, n: string, atMs: number): boolean {
    return (this.#endsMs.get(group + n) ?? 0) > atMs
  }

  #isMuted(group: string, n: string, atMs: number): boolean {
    if (this.#settings.inhibits && group === 'A' && this.#fires('B', n, atMs)) return true
    return this.#silences.some((silence) => {
      return silence.group === group && (silence.n ?? n) === n && atMs <= silence.endMs
    })
  }

  #isQuiet(atMs: number): boolean {
    const { quiet } = this.#settings
    const minute = Math.floor(atMs / 60_000)
    return quiet !== undefined && minute >= quiet.startMinute && minute < quiet.endMinute
  }
}

import { Backoff } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { ContainerInstance } from '../discover/paths.ts'
import type { MetadataEvents } from './events.ts'
import type { KnownPods, PodListener } from './known-pods.ts'
import type { PodSource } from './kubelet-client.ts'
import { MetadataError } from './metadata-error.ts'
import { parsePods } from './parse-pods.ts'
import { PodIndex } from './pod-index.ts'
import { type FoundRun, findContainer, type PodMetadata } from './pod-metadata.ts'
import { Wanted } from './wanted.ts'

export interface PodCacheOptions {
  readonly source: PodSource
  readonly clock: Clock
  readonly events: MetadataEvents
  /** How often the list is fetched when nothing else asks for it. */
  readonly refreshIntervalMs: number
  /** Which annotations are kept; those that are not are no change either. */
  readonly keepAnnotation: (key: string) => boolean
  /** How long a start waits for the first list; 2 s unless told. */
  readonly startWaitMs?: number
  /** In [0, 1); `Math.random` unless told. */
  readonly random?: () => number
}

export interface PodCacheStats {
  requests: number
  readonly failures: Map<string, number>
}

/** Whatever asks for it, the list is not fetched more often. */
const SHORTEST_INTERVAL_MS = 1_000
/** Logs of a deleted pod are read to the end, which may come late. */
const KEEP_MS = 5 * 60_000
const START_WAIT_MS = 2_000
/** A fleet of agents started together should not ask together for ever. */
const JITTER = 0.1

/**
 * What is known of the pods of this node. Answers at once with what it has: the last good list stays in use while the
 * kubelet is away, and a pod that is not known is fetched in the background.
 */
export class PodCache implements KnownPods {
  readonly name = 'pod metadata'
  readonly stats: PodCacheStats = { requests: 0, failures: new Map() }
  readonly #options: PodCacheOptions
  readonly #random: () => number
  readonly #index = new PodIndex({ keepMs: KEEP_MS })
  readonly #wanted: Wanted
  readonly #backoff: Backoff
  readonly #listeners = new Set<PodListener>()
  readonly #abort = new AbortController()
  #isStarted = false
  #running: Promise<boolean> | undefined
  /** Someone waits for the next list. */
  #asked: PromiseWithResolvers<boolean> | undefined
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined
  #startedAtMs = Number.NEGATIVE_INFINITY
  #answeredAtMs: number | undefined
  /** No sooner than this after failures. */
  #notBeforeMs = Number.NEGATIVE_INFINITY
  #regularAtMs = 0

  constructor(options: PodCacheOptions) {
    const { random = Math.random, refreshIntervalMs } = options
    this.#options = options
    this.#random = random
    this.#wanted = new Wanted({ random })
    const maxMs = Math.max(SHORTEST_INTERVAL_MS, refreshIntervalMs)
    this.#backoff = new Backoff({ initialMs: 2 * SHORTEST_INTERVAL_MS, maxMs, random })
  }

  /** Pods of the last list. */
  get podCount(): number {
    return this.#index.presentCount
  }

  /** Pods that left the list and are still known. */
  get departedCount(): number {
    return this.#index.departedCount
  }

  /** How old the last good list is, or undefined if there was none. */
  get ageMs(): number | undefined {
    return this.#answeredAtMs === undefined ? undefined : this.#options.clock.monotonicMs() - this.#answeredAtMs
  }

  /** Fetches the first list, and waits for it a moment only: logs go before labels. */
  async start(): Promise<void> {
    const { clock, startWaitMs = START_WAIT_MS } = this.#options
    this.#isStarted = true
    const waited = new AbortController()
    await Promise.race([this.#fetch(), clock.sleep(startWaitMs, waited.signal)])
    waited.abort()
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#timer?.cancel()
    this.#asked?.resolve(false)
    this.#options.source.close()
    await this.#running
  }

  /** The pod with this UID in the path of its logs. One that is not known is fetched; {@link subscribe} tells of it. */
  lookup(uid: string): PodMetadata | undefined {
    const nowMs = this.#options.clock.monotonicMs()
    const pod = this.#index.find(uid, nowMs)
    if (pod === undefined) this.#want(uid, () => this.#index.has(uid), nowMs)
    return pod
  }

  pods(): Iterable<PodMetadata> {
    return this.#index.present()
  }

  findPodByUid(uid: string): PodMetadata | undefined {
    return this.lookup(uid)
  }

  findContainerById(id: string): FoundRun | undefined {
    const found = this.#index.findContainerById(id)
    const isKnown = () => this.#index.findContainerById(id) !== undefined
    if (found === undefined) this.#want(id, isKnown, this.#options.clock.monotonicMs())
    return found
  }

  /** The pod of a container's run; it is fetched too if the id of the run is not known but will be. */
  lookupInstance(instance: Pick<ContainerInstance, 'uid' | 'container' | 'restartCount'>): PodMetadata | undefined {
    const { uid, container, restartCount } = instance
    const pod = this.lookup(uid)
    if (pod === undefined || !isRunComing(pod, container, restartCount)) return pod
    const { clock } = this.#options
    const isKnown = () => {
      const now = this.#index.find(uid, clock.monotonicMs())
      return now !== undefined && !isRunComing(now, container, restartCount)
    }
    this.#want(`${uid}/${container}/${restartCount}`, isKnown, clock.monotonicMs())
    return pod
  }

  /**
   * Fetches the list, together with all others that ask at the time, and not within a second of the last one.
   *
   * @returns whether there is a new list
   */
  refresh(): Promise<boolean> {
    if (!this.#isStarted || this.#abort.signal.aborted) return Promise.resolve(false)
    if (this.#running !== undefined) return this.#running
    this.#asked ??= Promise.withResolvers()
    this.#schedule()
    return this.#asked.promise
  }

  subscribe(listener: PodListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #want(key: string, isKnown: () => boolean, nowMs: number): void {
    this.#wanted.add(key, isKnown, nowMs)
    this.#schedule()
  }

  /** Sets the timer of the next request, unless there is one that is soon enough. */
  #schedule(): void {
    if (!this.#isStarted || this.#running !== undefined || this.#abort.signal.aborted) return
    const { clock } = this.#options
    const dueMs = Math.max(Math.min(this.#regularAtMs, this.#wanted.dueAtMs), this.#notBeforeMs)
    const atMs = Math.max(this.#asked === undefined ? dueMs : 0, this.#startedAtMs + SHORTEST_INTERVAL_MS)
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return
    this.#timer?.cancel()
    const cancel = clock.after(Math.max(0, Math.ceil(atMs - clock.monotonicMs())), () => void this.#fetch())
    this.#timer = { atMs, cancel }
  }

  #fetch(): Promise<boolean> {
    this.#timer?.cancel()
    this.#timer = undefined
    const asked = this.#asked
    this.#asked = undefined
    this.#startedAtMs = this.#options.clock.monotonicMs()
    this.stats.requests += 1
    this.#running = this.#tryFetch().then((isNew) => {
      this.#running = undefined
      this.#schedule()
      asked?.resolve(isNew)
      return isNew
    })
    return this.#running
  }

  async #tryFetch(): Promise<boolean> {
    const { source, clock, events, keepAnnotation, refreshIntervalMs } = this.#options
    try {
      const { pods, skipped } = await parsePods(await source.fetchPods(this.#abort.signal), {
        ...{ clock, keepAnnotation, peer: 'KUBELET' as const },
      })
      if (this.#abort.signal.aborted) return false
      if (skipped > 0) events.podsSkipped({}, { count: skipped })
      const nowMs = clock.monotonicMs()
      this.#answeredAtMs = nowMs
      this.#backoff.reset()
      this.#notBeforeMs = nowMs
      this.#regularAtMs = nowMs + refreshIntervalMs * (1 + JITTER * (2 * this.#random() - 1))
      const changed = this.#index.replace(pods, nowMs)
      this.#wanted.answered(nowMs)
      for (const pod of changed) for (const listener of this.#listeners) listener(pod)
      return true
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#onFailure(error)
      return false
    }
  }

  #onFailure(error: unknown): void {
    const { clock, events } = this.#options
    const known = error instanceof MetadataError ? error : undefined
    const reason = known?.reason ?? 'other'
    this.stats.failures.set(reason, (this.stats.failures.get(reason) ?? 0) + 1)
    events.metadataFailed({ reason }, { err: messageOf(error), cure: known?.cure })
    this.#notBeforeMs =
      clock.monotonicMs() + this.#backoff.next(Math.max(SHORTEST_INTERVAL_MS, known?.retryAfterMs ?? 0))
    this.#regularAtMs = this.#notBeforeMs
  }
}

/** Whether the kubelet will yet tell the id of a run: not of one before those that it told of. */
function isRunComing(pod: PodMetadata, container: string, restartCount: number): boolean {
  const latest = findContainer(pod, container)?.runs[0]
  return latest === undefined || latest.restartCount < restartCount
}

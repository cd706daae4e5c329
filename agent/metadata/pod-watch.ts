import { Backoff } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { ContainerInstance } from '../discover/paths.ts'
import type { MetadataEvents } from './events.ts'
import type { KnownPods, PodListener } from './known-pods.ts'
import type { PodWatchSource } from './kube-api-client.ts'
import { MetadataError } from './metadata-error.ts'
import { parsePod } from './parse-pod.ts'
import { parsePods } from './parse-pods.ts'
import { PodIndex } from './pod-index.ts'
import type { FoundRun, PodMetadata } from './pod-metadata.ts'
import { readLines } from './read-lines.ts'
import { parseWatchEvent } from './watch-event.ts'

export interface PodWatchOptions {
  readonly source: PodWatchSource
  readonly clock: Clock
  readonly events: MetadataEvents
  readonly nodeName: string
  /** Which annotations are kept; those that are not are no change either. */
  readonly keepAnnotation: (key: string) => boolean
  /** In [0, 1); `Math.random` unless told. */
  readonly random?: () => number
}

/** Logs of a deleted pod are read to the end, which may come late. */
const KEEP_MS = 5 * 60_000
/** How long a start waits for the first list. */
const START_WAIT_MS = 2_000
/** The API server takes no object beyond 1.5 MiB. */
const MAX_EVENT_BYTES = 4 * 1024 ** 2
const FIRST_BACKOFF_MS = 1_000
const LONGEST_BACKOFF_MS = 60_000
/** Between two watches that went well, so that agents do not come together when a server is replaced. */
const PAUSE_MS = 1_000
/** A watch that ends sooner, without an event, went wrong. */
const SHORTEST_WATCH_MS = 5_000

/**
 * What is known of the pods of this node by the word of the API server: a list, then a watch of what changes, which goes
 * on where it ended. One request at a time, and a list only at the start and when the server says that it cannot tell any
 * more what happened since (410).
 */
export class PodWatch implements KnownPods {
  readonly name = 'pod metadata'
  readonly #options: PodWatchOptions
  readonly #random: () => number
  readonly #index = new PodIndex({ keepMs: KEEP_MS })
  readonly #backoff: Backoff
  readonly #listeners = new Set<PodListener>()
  readonly #abort = new AbortController()
  readonly #listed = Promise.withResolvers<void>()
  #running: Promise<void> | undefined
  /** What is known is the state of this resource version. */
  #version: string | undefined
  #mustList = true
  #heardAtMs: number | undefined

  constructor(options: PodWatchOptions) {
    const { random = Math.random } = options
    this.#options = options
    this.#random = random
    this.#backoff = new Backoff({ initialMs: FIRST_BACKOFF_MS, maxMs: LONGEST_BACKOFF_MS, random })
  }

  get podCount(): number {
    return this.#index.presentCount
  }

  get departedCount(): number {
    return this.#index.departedCount
  }

  /** Since when nothing was heard of the API server, which speaks every minute. */
  get ageMs(): number | undefined {
    return this.#heardAtMs === undefined ? undefined : this.#options.clock.monotonicMs() - this.#heardAtMs
  }

  /** Waits for the first list a moment only: logs go before labels. */
  async start(): Promise<void> {
    this.#running = this.#run()
    const waited = new AbortController()
    await Promise.race([this.#listed.promise, this.#options.clock.sleep(START_WAIT_MS, waited.signal)])
    waited.abort()
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#options.source.close()
    await this.#running
  }

  pods(): Iterable<PodMetadata> {
    return this.#index.present()
  }

  /** What changes is told by the watch; nothing need be asked for. */
  findPodByUid(uid: string): PodMetadata | undefined {
    return this.#index.find(uid, this.#options.clock.monotonicMs())
  }

  findContainerById(id: string): FoundRun | undefined {
    return this.#index.findContainerById(id)
  }

  /**
   * A UID that the pod only says of itself, as the mirror of a static pod does, counts for logs of that very name: anyone
   * who may make pods could otherwise pass one off as another.
   */
  lookupInstance({ uid, namespace, pod }: ContainerInstance): PodMetadata | undefined {
    const found = this.#index.find(uid, this.#options.clock.monotonicMs())
    if (found === undefined || found.uid === uid) return found
    return found.namespace === namespace && found.name === pod ? found : undefined
  }

  subscribe(listener: PodListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    while (!signal.aborted) {
      const pauseMs = await this.#listAndWatch()
      await this.#options.clock.sleep(pauseMs, signal)
    }
  }

  /** Returns how long to wait before the next time. */
  async #listAndWatch(): Promise<number> {
    const { clock } = this.#options
    try {
      if (this.#mustList || this.#version === undefined) await this.#list()
      const startedAtMs = clock.monotonicMs()
      const isGood = await this.#watch()
      if (!isGood && clock.monotonicMs() - startedAtMs < SHORTEST_WATCH_MS) return this.#backoff.next(PAUSE_MS)
      this.#backoff.reset()
      return Math.ceil(PAUSE_MS * this.#random())
    } catch (error) {
      return this.#abort.signal.aborted ? 0 : this.#onFailure(error)
    }
  }

  async #list(): Promise<void> {
    const { source, clock, events, nodeName, keepAnnotation } = this.#options
    const text = await source.listPods(this.#version, this.#abort.signal)
    const { pods, skipped, version } = await parsePods(text, { clock, keepAnnotation, peer: 'KUBE_API' })
    if (version === undefined)
      throw new MetadataError('KUBE_API_ANSWER_MALFORMED', ['the list has no resource version'])
    if (skipped > 0) events.podsSkipped({}, { count: skipped })
    // The agent's own pod at least should be there.
    if (pods.length === 0) events.nodeEmpty({}, { node: nodeName })
    const nowMs = clock.monotonicMs()
    const changed = this.#index.replace(pods, nowMs)
    this.#heardAtMs = nowMs
    this.#version = version
    this.#mustList = false
    for (const pod of changed) this.#tell(pod)
    this.#listed.resolve()
  }

  /** Returns whether there was an event. */
  async #watch(): Promise<boolean> {
    const { source, clock, events } = this.#options
    let isGood = false
    for await (const line of readLines(source.watchPods(this.#version!, this.#abort.signal), MAX_EVENT_BYTES)) {
      this.#heardAtMs = clock.monotonicMs()
      // Its version comes with the next event; what is known of the pod stays as it was.
      if (line === undefined) events.podsSkipped({}, { count: 1 })
      else this.#take(line, this.#heardAtMs)
      if (!isGood) this.#backoff.reset()
      isGood = true
    }
    this.#index.expire(clock.monotonicMs())
    return isGood
  }

  #take(line: Buffer, nowMs: number): void {
    const { events, keepAnnotation } = this.#options
    const event = parseWatchEvent(line)
    if (event === undefined) throw new MetadataError('KUBE_API_ANSWER_MALFORMED', ['a line of the watch is no event'])
    if (event.kind === 'unknown') return
    if (event.kind === 'error') {
      if (event.status === 410) throw new MetadataError('KUBE_API_EXPIRED', [])
      throw new MetadataError('KUBE_API_WATCH_ENDED', [event.status])
    }
    if (event.kind === 'put') {
      const pod = parsePod(event.object, { keepAnnotation, peer: 'KUBE_API' })
      if (pod === undefined) events.podsSkipped({}, { count: 1 })
      else if (this.#index.put(pod, nowMs)) this.#tell(this.#index.find(pod.uid, nowMs)!)
    } else if (event.kind === 'remove') {
      this.#index.remove(event.uid, nowMs)
    }
    if (event.version !== '') this.#version = event.version
  }

  #tell(pod: PodMetadata): void {
    for (const listener of this.#listeners) listener(pod)
  }

  /** Returns how long to wait. */
  #onFailure(error: unknown): number {
    const { events } = this.#options
    const known = error instanceof MetadataError ? error : undefined
    const isExpired = known?.code === 'KUBE_API_EXPIRED'
    // A list of no earlier version than ours was refused: this server has not got so far, or the version means nothing to it.
    if (this.#mustList && (isExpired || known?.code === 'KUBE_API_STATUS')) this.#version = undefined
    this.#mustList ||= isExpired || known?.code === 'KUBE_API_ANSWER_MALFORMED'
    if (isExpired) events.watchExpired({})
    else events.metadataFailed({ reason: known?.reason ?? 'other' }, { err: messageOf(error), cure: known?.cure })
    return this.#backoff.next(Math.max(FIRST_BACKOFF_MS / 2, known?.retryAfterMs ?? 0))
  }
}

import { BearerClient, type BearerClientOptions } from './bearer-client.ts'

/** Where the pods of a node, and what happens to them, come from. */
export interface PodWatchSource {
  /**
   * The JSON of a v1.PodList.
   *
   * @param notOlderThan a resource version that the list must have reached; undefined for whatever is at hand
   * @throws MetadataError
   */
  listPods(notOlderThan: string | undefined, signal: AbortSignal): Promise<Buffer>
  /**
   * What happened to pods since a resource version: watch events as lines of JSON, in pieces of any size. Ends when the
   * server wants it, or after a long silence.
   *
   * @throws MetadataError, `KUBE_API_EXPIRED` if the version is too old
   */
  watchPods(since: string, signal: AbortSignal): AsyncIterable<Buffer>
  close(): void
}

export interface KubeApiClientOptions extends Omit<BearerClientOptions, 'peer' | 'section' | 'insecureSkipVerify'> {
  readonly nodeName: string
  /** In [0, 1); `Math.random` unless told. */
  readonly random?: () => number
}

const MAX_LIST_BYTES = 64 * 1024 ** 2
/** A server ends a watch after a time between this and twice this, so that watches spread over the servers anew. */
const WATCH_SECONDS = 300
/** Bookmarks come every minute. Without any, the connection may be dead, and a new watch costs little. */
const SILENCE_MS = 150_000

/**
 * Asks the API server for the pods of one node. Lists name the resource version 0 or one that is known, so that the
 * server answers from its cache: without any, the list of one node would read all pods of the cluster from etcd.
 */
export class KubeApiClient implements PodWatchSource {
  readonly #client: BearerClient
  readonly #selector: string
  readonly #random: () => number

  constructor({ nodeName, random = Math.random, ...options }: KubeApiClientOptions) {
    this.#client = new BearerClient({
      ...options,
      ...{ peer: 'KUBE_API', section: 'metadata.api', insecureSkipVerify: false },
    })
    this.#selector = `/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${nodeName}`)}`
    this.#random = random
  }

  listPods(notOlderThan: string | undefined, signal: AbortSignal): Promise<Buffer> {
    const version =
      notOlderThan === undefined
        ? 'resourceVersion=0'
        : `resourceVersion=${encodeURIComponent(notOlderThan)}&resourceVersionMatch=NotOlderThan`
    return this.#client.fetch(`${this.#selector}&${version}`, signal, MAX_LIST_BYTES)
  }

  watchPods(since: string, signal: AbortSignal): AsyncIterable<Buffer> {
    const seconds = Math.round(WATCH_SECONDS * (1 + this.#random()))
    const version = `resourceVersion=${encodeURIComponent(since)}`
    const path = `${this.#selector}&watch=true&allowWatchBookmarks=true&timeoutSeconds=${seconds}&${version}`
    return this.#client.stream(path, signal, SILENCE_MS)
  }

  close(): void {
    this.#client.close()
  }
}

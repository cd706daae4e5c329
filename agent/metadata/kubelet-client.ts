import { BearerClient, type BearerClientOptions } from './bearer-client.ts'

/** Where the list of a node's pods comes from. */
export interface PodSource {
  /**
   * The JSON of a v1.PodList.
   *
   * @throws MetadataError
   */
  fetchPods(signal: AbortSignal): Promise<Buffer>
  close(): void
}

export interface KubeletClientOptions extends Omit<BearerClientOptions, 'peer' | 'section'> {
  /** Longest answer; 64 MiB unless told. */
  readonly maxBytes?: number
}

const MAX_BYTES = 64 * 1024 ** 2

/** Asks the kubelet of this node, at `https://<address>:10250` or `http://<address>:10255`, for its pods. */
export class KubeletClient implements PodSource {
  readonly #client: BearerClient
  readonly #maxBytes: number

  constructor({ maxBytes = MAX_BYTES, ...options }: KubeletClientOptions) {
    this.#client = new BearerClient({ ...options, peer: 'KUBELET', section: 'metadata.kubelet' })
    this.#maxBytes = maxBytes
  }

  fetchPods(signal: AbortSignal): Promise<Buffer> {
    return this.#client.fetch('/pods', signal, this.#maxBytes)
  }

  close(): void {
    this.#client.close()
  }
}

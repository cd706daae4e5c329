import { BearerClient, type BearerClientOptions } from '../../metadata/bearer-client.ts'
import { MetadataError } from '../../metadata/metadata-error.ts'
import { ScrapeError, type ScrapeFailure } from '../page/scrape-error.ts'

export interface KubeletPagesOptions extends Omit<BearerClientOptions, 'peer' | 'section'> {
  /** Longest page. */
  readonly maxBytes: number
}

const REASONS: Readonly<Record<string, ScrapeFailure>> = {
  timeout: 'timeout',
  certificate: 'certificate',
  unreachable: 'unreachable',
  answer_too_large: 'limit',
  file_unreadable: 'credentials',
}

/** Asks the kubelet of this node for its pages of metrics. */
export class KubeletPages {
  readonly #client: BearerClient
  readonly #maxBytes: number

  constructor({ maxBytes, ...options }: KubeletPagesOptions) {
    this.#client = new BearerClient({ ...options, peer: 'KUBELET', section: 'metadata.kubelet' })
    this.#maxBytes = maxBytes
  }

  /** @throws ScrapeError */
  async fetch(path: string, signal: AbortSignal): Promise<Buffer> {
    try {
      return await this.#client.fetch(path, signal, this.#maxBytes)
    } catch (error) {
      throw error instanceof MetadataError ? explain(error, path) : error
    }
  }

  close(): void {
    this.#client.close()
  }
}

function explain(error: MetadataError, path: string): ScrapeError {
  const rule = path.startsWith('/stats') ? 'nodes/stats' : 'nodes/metrics'
  const [host = ''] = error.parameters
  const message =
    error.code === 'KUBELET_FORBIDDEN'
      ? `the kubelet at ${host} refuses ${path} (403); the service account needs the RBAC rule ${rule}, verb get`
      : error.message
  return new ScrapeError(REASONS[error.reason] ?? 'status', message, { cause: error })
}

import { CodedError, type ErrorCode } from '#lib/errors.ts'

/** Who is asked for pods. Each has codes of its own, because what there is to do about them differs. */
export type Peer = 'KUBELET' | 'KUBE_API'

type MetadataErrorCode = Extract<ErrorCode, `${Peer}_${string}`>

/** Why there is no metadata. The message never has a secret in it, nor what the peer said without being checked. */
export class MetadataError extends CodedError {
  /** How long the peer wants to be left alone. */
  readonly retryAfterMs: number

  constructor(
    code: MetadataErrorCode,
    parameters: readonly (string | number)[],
    options: { readonly cause?: unknown; readonly retryAfterMs?: number } = {},
  ) {
    super(code, parameters, options)
    this.name = 'MetadataError'
    this.retryAfterMs = options.retryAfterMs ?? 0
  }

  /** The code as a value of a metric's label. */
  get reason(): string {
    return this.code.replace(/^(?:KUBELET|KUBE_API)_/, '').toLowerCase()
  }
}

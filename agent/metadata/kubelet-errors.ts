import { CodedError, type ErrorCode } from '#lib/errors.ts'

export type KubeletErrorCode = Extract<ErrorCode, `KUBELET_${string}`>

/** Why there is no metadata. The message never has a secret in it, nor what the peer said without being checked. */
export class KubeletError extends CodedError {
  constructor(
    code: KubeletErrorCode,
    parameters: readonly (string | number)[],
    options: { readonly cause?: unknown } = {},
  ) {
    super(code, parameters, options)
    this.name = 'KubeletError'
  }

  /** The code as a value of a metric's label. */
  get reason(): string {
    return this.code.slice('KUBELET_'.length).toLowerCase()
  }
}

import { isAbout } from '#lib/select/container-rule.ts'
import type { ContainerInstance } from '../discover/paths.ts'
import type { RateLimit, RatePolicy } from '../handling/rate-limit.ts'
import type { RateLimitConfig } from './rate-limit-config.ts'

/** A limit with everything that was left to the configuration. At least one of the rates is there. */
export interface ContainerLimit {
  /** The same for the same limit. */
  readonly id: string
  readonly recordsPerSecond: number | undefined
  readonly bytesPerSecond: number | undefined
  readonly burstMs: number
  readonly policy: RatePolicy
  /** Of so many records beyond the limit one is kept, where the policy is to sample. */
  readonly oneIn: number
}

/** Says which limit a container has. */
export class RateLimits {
  readonly #config: RateLimitConfig

  constructor(config: RateLimitConfig) {
    this.#config = config
  }

  /**
   * Undefined if there is none.
   *
   * @param wish of the pod; its rate goes before those of the configuration
   */
  of(container: Omit<ContainerInstance, 'restartCount'>, wish: RateLimit | undefined): ContainerLimit | undefined {
    const { overrides, ...general } = this.#config
    const found = overrides.find(({ containers }) => containers.some((about) => isAbout(about, container)))
    const { records_per_second: records, bytes_per_second: bytes } = found ?? general
    const limit = {
      recordsPerSecond: wish === undefined ? records : wish.unit === 'records' ? wish.perSecond : undefined,
      bytesPerSecond: wish === undefined ? bytes : wish.unit === 'bytes' ? wish.perSecond : undefined,
      burstMs: found?.burst ?? general.burst,
      policy: wish?.policy ?? found?.policy ?? general.policy,
      oneIn: found?.one_in ?? general.one_in,
    }
    if (limit.recordsPerSecond === undefined && limit.bytesPerSecond === undefined) return undefined
    return { ...limit, id: JSON.stringify(limit) }
  }
}

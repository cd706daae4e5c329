import { isIP } from 'node:net'
import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { ShipEvents } from './events.ts'

/** One address of a name. */
export interface Address {
  readonly address: string
  readonly family: number
}

/** Where a collector is: at its URL, or for a name that has several at one of its addresses. */
export interface Target {
  readonly url: string
  readonly address?: Address
}

export interface AddressResolverOptions {
  /** Base URLs of collectors. */
  readonly urls: readonly string[]
  /** All addresses of a name, in the order in which they should be tried. Rejects if there are none. */
  readonly lookup: (hostname: string) => Promise<readonly Address[]>
  readonly clock: Clock
  readonly intervalMs: number
  readonly events: Pick<ShipEvents, 'resolveFailed'>
  readonly onChange: (targets: readonly Target[]) => void
  /** Returns a number in [0, 1); `Math.random` unless told. */
  readonly random?: () => number
}

/** However many collectors fail, names are not looked up more often. */
const SHORTEST_INTERVAL_MS = 5_000
const MAX_ADDRESSES = 64

/**
 * Looks up the names of collectors again and again. One with several addresses, as a headless Service of Kubernetes has,
 * stands for as many collectors. One with a single address is left to each connection, which can then choose between
 * IPv4 and IPv6 and follow a change at once.
 */
export class AddressResolver {
  readonly #options: AddressResolverOptions
  /** By URL, of those that have several. */
  readonly #addresses = new Map<string, readonly Address[]>()
  #known = ''
  #resolvedAtMs = Number.NEGATIVE_INFINITY
  #isResolving = false
  #isStopped = false
  #cancel: () => void = () => {}

  constructor(options: AddressResolverOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#names().length > 0) void this.#resolve()
  }

  /** A collector failed, and others may have come in its place. */
  refresh(): void {
    if (this.#isStopped || this.#names().length === 0) return
    const { clock } = this.#options
    const waitMs = Math.max(0, this.#resolvedAtMs + SHORTEST_INTERVAL_MS - clock.monotonicMs())
    this.#cancel()
    this.#cancel = clock.after(waitMs, () => void this.#resolve())
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  /** URLs with a name, and the name. */
  #names(): readonly [url: string, hostname: string][] {
    return this.#options.urls.flatMap((url): [string, string][] => {
      const { hostname } = new URL(url)
      const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
      return isAddress ? [] : [[url, hostname]]
    })
  }

  async #resolve(): Promise<void> {
    if (this.#isResolving) return
    const { lookup, clock, intervalMs, events, random = Math.random } = this.#options
    this.#isResolving = true
    for (const [url, hostname] of this.#names()) {
      try {
        this.#addresses.set(url, severalOf(await lookup(hostname)))
      } catch (error) {
        // A resolver that fails says nothing about collectors that work.
        events.resolveFailed({}, { hostname, err: messageOf(error) })
      }
    }
    this.#isResolving = false
    this.#resolvedAtMs = clock.monotonicMs()
    if (this.#isStopped) return
    this.#cancel()
    this.#cancel = clock.after((intervalMs * (1 + random())) / 2, () => void this.#resolve())
    this.#tell()
  }

  #tell(): void {
    const targets = this.#options.urls.flatMap((url): readonly Target[] => {
      const addresses = this.#addresses.get(url) ?? []
      return addresses.length === 0 ? [{ url }] : addresses.map((address) => ({ url, address }))
    })
    const known = JSON.stringify(targets)
    if (known === this.#known) return
    this.#known = known
    this.#options.onChange(targets)
  }
}

/**
 * The addresses of a name, if there are several of one family: of that which the system would try first, because the
 * other one may not be reachable from here.
 */
function severalOf(addresses: readonly Address[]): readonly Address[] {
  const ofFamily = addresses.filter(({ family }) => family === addresses[0]?.family)
  const distinct = [...new Map(ofFamily.map(({ address, family }) => [address, { address, family }])).values()]
  return distinct.length < 2 ? [] : distinct.sort(byAddress).slice(0, MAX_ADDRESSES)
}

function byAddress(a: Address, b: Address): number {
  return a.address < b.address ? -1 : 1
}

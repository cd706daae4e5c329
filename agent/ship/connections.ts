import type { Agent } from 'node:http'
import type { LookupFunction } from 'node:net'
import type { Clock } from '#lib/clock.ts'
import type { Address } from './address-resolver.ts'
import type { Credentials } from './credentials.ts'

export interface ConnectionsOptions {
  readonly url: URL
  readonly clock: Clock
  /** A connection is not kept for longer. */
  readonly maxAgeMs: number
  /** Returns a number in [0, 1); `Math.random` unless told. */
  readonly random?: () => number
  /** Name that the certificate must have; empty for that of the URL. */
  readonly serverName: string
  readonly insecureSkipVerify: boolean
  /** Where to connect to, in place of what the name of the URL is looked up as. */
  readonly address?: Address | undefined
  /** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, as far as they apply. */
  readonly proxies: Readonly<Record<string, string>> | undefined
}

/**
 * Connections to one collector, kept between requests. Behind the one address of a Service each connection stays with the
 * collector that it reached first, and new collectors would get nothing; so none is kept for long, and they do not all
 * end at once.
 */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #endsAtMs = new WeakMap<object, number>()
  #agent: Agent | undefined
  /** What the agent was made with. */
  #credentials: Credentials | undefined

  constructor(options: ConnectionsOptions) {
    this.#options = options
  }

  /**
   * What connects with these credentials. Requests under way with others end as they began.
   *
   * @throws Error of OpenSSL if certificate and key cannot be used
   */
  agentFor(credentials: Credentials): Agent {
    if (this.#agent !== undefined && credentials === this.#credentials) return this.#agent
    const agent = this.#options.url.protocol === 'https:' ? this.#createSecure(credentials) : this.#createPlain()
    this.#limitAge(agent)
    this.#retire()
    this.#agent = agent
    this.#credentials = credentials
    return agent
  }

  close(): void {
    this.#agent?.destroy()
    this.#agent = undefined
  }

  #createPlain(): Agent {
    return new (process.getBuiltinModule('node:http').Agent)(this.#common())
  }

  #createSecure({ ca, cert, key }: Credentials): Agent {
    const { serverName, insecureSkipVerify } = this.#options
    const { createSecureContext } = process.getBuiltinModule('node:tls')
    return new (process.getBuiltinModule('node:https').Agent)({
      ...this.#common(),
      secureContext: createSecureContext({ ca, cert, key }),
      rejectUnauthorized: !insecureSkipVerify,
      ...(serverName === '' ? {} : { servername: serverName }),
    })
  }

  #common() {
    const { proxies, maxAgeMs, address } = this.#options
    // The timeout is that of an idle connection; Node minds a collector's own, as its answers tell it, only below this.
    return {
      ...{ keepAlive: true, timeout: maxAgeMs },
      ...(proxies === undefined ? {} : { proxyEnv: proxies }),
      ...(address === undefined ? {} : { lookup: fixed(address) }),
    }
  }

  /** Node asks this after each request whether its connection is to be kept. */
  #limitAge(agent: Agent): void {
    const { clock, maxAgeMs, random = Math.random } = this.#options
    const keep = agent.keepSocketAlive.bind(agent)
    agent.keepSocketAlive = (socket) => {
      const nowMs = clock.monotonicMs()
      const endsAtMs = this.#endsAtMs.get(socket) ?? nowMs + (maxAgeMs * (1 + random())) / 2
      this.#endsAtMs.set(socket, endsAtMs)
      return agent === this.#agent && nowMs < endsAtMs && keep(socket)
    }
  }

  /** Ends the connections that are not in use; the others end with their requests. */
  #retire(): void {
    for (const sockets of Object.values(this.#agent?.freeSockets ?? {})) {
      for (const socket of sockets ?? []) socket.destroy()
    }
    this.#agent = undefined
  }
}

/** A lookup that finds one address, whatever the name, which stays that of the Host header and of the certificate. */
function fixed({ address, family }: Address): LookupFunction {
  return (_hostname, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }])
    else callback(null, address, family)
  }
}

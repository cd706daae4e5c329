import type { Duplex } from 'node:stream'
import type { Clock } from '#lib/clock.ts'

/** Takes what comes to the port of a member. */
export interface PortListener {
  /** `greeted` says that the connection no longer counts among those of which nothing is known. */
  onConnection(socket: Duplex, from: string, greeted: () => void): void
  /** Somebody's TLS was refused. */
  onTlsError(error: Error, from: string): void
}

export interface Bound {
  readonly host: string
  readonly port: number
}

/** How bytes get from member to member. */
export interface Transport {
  /**
   * Opens the port, and returns where.
   *
   * @throws CodedError LISTEN_ADDRESS_IN_USE or LISTEN_FAILED
   */
  listen(listener: PortListener): Promise<Bound>
  /** @throws Error if there is no connection within the time */
  dial(address: string, options: { readonly timeoutMs: number; readonly clock: Clock }): Promise<Duplex>
  /** Takes no more connections; those that there are go on. */
  stop(): void
}

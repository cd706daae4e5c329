import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseListenAddress } from '../config/formats.ts'
import { CodedError, messageOf, systemErrorCode } from '../errors.ts'

/** Where a server listens: an address of its own, or a socket that somebody else has opened. */
export type ListenTarget = { readonly address: string } | { readonly fd: number }

export interface ListenersOptions {
  /** The service's name, for errors. */
  readonly name: string
  readonly targets: readonly ListenTarget[]
  /** Makes the server of one target. */
  readonly createServer: () => Server
}

/** How often connections are closed that have become idle since the stop began. */
const SWEEP_MS = 50

/** Several listening sockets that serve the same. */
export class Listeners {
  readonly #options: ListenersOptions
  readonly #servers: Server[] = []

  constructor(options: ListenersOptions) {
    this.#options = options
  }

  /** The addresses as bound, `host:port`, in the order of the targets. */
  get addresses(): readonly string[] {
    return this.#servers.map((server) => printAddress(server.address() as AddressInfo))
  }

  /** @throws CodedError LISTEN_ADDRESS_IN_USE or LISTEN_FAILED; then nothing listens */
  async start(): Promise<void> {
    for (const target of this.#options.targets) {
      const server = this.#options.createServer()
      try {
        await listen(server, this.#nodeOptions(target))
        this.#servers.push(server)
      } catch (error) {
        await this.stop(AbortSignal.abort())
        throw this.#describe(target, error)
      }
    }
  }

  /** Takes no new connections, lets requests under way end, and cuts what is left at the deadline. */
  async stop(deadline: AbortSignal): Promise<void> {
    const stopping = this.#servers.splice(0).map(
      (server) =>
        new Promise<void>((resolve) => {
          const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
          const cut = () => server.closeAllConnections()
          server.close(() => {
            clearInterval(sweep)
            deadline.removeEventListener('abort', cut)
            resolve()
          })
          if (deadline.aborted) cut()
          else deadline.addEventListener('abort', cut, { once: true })
        }),
    )
    await Promise.all(stopping)
  }

  #nodeOptions(target: ListenTarget) {
    if ('fd' in target) return target
    const address = parseListenAddress(target.address)
    if (address === undefined) {
      throw new CodedError('LISTEN_FAILED', [this.#options.name, target.address, 'not host:port'])
    }
    return address
  }

  #describe(target: ListenTarget, error: unknown): unknown {
    if (error instanceof CodedError) return error
    const where = 'fd' in target ? `the socket ${target.fd} from systemd` : target.address
    const { name } = this.#options
    if (systemErrorCode(error) === 'EADDRINUSE') {
      return new CodedError('LISTEN_ADDRESS_IN_USE', [name, where], { cause: error })
    }
    return new CodedError('LISTEN_FAILED', [name, where, messageOf(error)], { cause: error })
  }
}

function listen(server: Server, options: { fd: number } | { host?: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** As Go prints it: `127.0.0.1:80`, `[::]:80`. */
function printAddress({ address, port }: AddressInfo): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

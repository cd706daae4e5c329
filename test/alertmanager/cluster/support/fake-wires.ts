import { type Duplex, duplexPair } from 'node:stream'
import type { PortListener, Transport } from '../../../../alertmanager/cluster/transport.ts'

interface Connection {
  readonly ends: readonly [Duplex, Duplex]
  readonly hosts: readonly [string, string]
}

/** Connections in memory between members at addresses like `a:9094`, which can be cut, or made to swallow what is sent. */
export class FakeWires {
  readonly #ports = new Map<string, PortListener>()
  readonly #connections = new Set<Connection>()
  readonly #silent = new Set<string>()
  /** How many connections have been made. */
  made = 0

  /** The way of one member, which listens at `host:9094`, to all others. */
  transportOf(host: string): Transport {
    const address = `${host}:9094`
    return {
      listen: async (listener) => {
        this.#ports.set(address, listener)
        return { host, port: 9094 }
      },
      dial: async (to) => this.#dial(host, to),
      stop: () => this.#ports.delete(address),
    }
  }

  /** What these two send each other no longer arrives, and neither notices, until they are joined again. */
  silence(a: string, b: string): void {
    this.#silent.add(pairOf(a, b))
    for (const { ends, hosts } of this.#connections)
      if (pairOf(...hosts) === pairOf(a, b)) for (const end of ends) swallow(end)
  }

  /** From now on connections between these two work. */
  join(a: string, b: string): void {
    this.#silent.delete(pairOf(a, b))
  }

  /** The member is gone, and others are told so by its system. */
  kill(host: string): void {
    this.#ports.delete(`${host}:9094`)
    for (const { ends, hosts } of this.#connections) if (hosts.includes(host)) for (const end of ends) end.destroy()
  }

  #dial(from: string, address: string): Duplex {
    const listener = this.#ports.get(address)
    const to = address.replace(/:\d+$/, '')
    if (listener === undefined) throw new Error(`connect ECONNREFUSED ${address}`)
    const ends = duplexPair()
    const connection: Connection = { ends, hosts: [from, to] }
    this.#connections.add(connection)
    this.made += 1
    const [near, far] = ends
    near.once('close', () => setImmediate(() => far.destroy()))
    far.once('close', () => {
      this.#connections.delete(connection)
      setImmediate(() => near.destroy())
    })
    if (this.#silent.has(pairOf(from, to))) for (const end of ends) swallow(end)
    listener.onConnection(far, from, () => {})
    return near
  }
}

function swallow(end: Duplex): void {
  end.write = () => true
}

function pairOf(a: string, b: string): string {
  return [a, b].sort().join(' ')
}

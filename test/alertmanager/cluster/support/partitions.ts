import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

interface Way {
  readonly sockets: readonly Socket[]
  readonly pair: string
}

/** How members are kept from each other: connections break, or swallow what is sent. */
export type Fault = 'cut' | 'hang'

/**
 * Stands between the members of a cluster without a key: each is reached through a proxy of its own, which knows who
 * dials by the greeting. So any two can be kept apart.
 */
export class Partitions {
  readonly #t: Pick<TestContext, 'after'>
  readonly #ways = new Set<Way>()
  readonly #faults = new Map<string, Fault>()

  constructor(t: Pick<TestContext, 'after'>) {
    this.#t = t
  }

  /** Opens the proxy of a member: the address that others are told, and how it learns where to lead. */
  async open(name: string): Promise<{ readonly address: string; readonly lead: (to: string) => void }> {
    let target = ''
    const server = createServer((near) => {
      near.on('error', () => {})
      near.once('data', (greeting: Buffer) => {
        near.pause()
        const dialler = /"name":"([^"]*)"/.exec(greeting.toString('latin1'))?.[1] ?? ''
        this.#relay(near, greeting, target, pairOf(dialler, name))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    this.#t.after(() => {
      server.close()
      this.#destroy(() => true)
    })
    return {
      address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      lead: (to) => {
        target = to
      },
    }
  }

  /** Keeps each of the one from each of the others, from now on and until they are joined. */
  split(ones: readonly string[], others: readonly string[], fault: Fault): void {
    const pairs = ones.flatMap((one) => others.map((other) => pairOf(one, other)))
    for (const pair of pairs) this.#faults.set(pair, fault)
    if (fault === 'cut') this.#destroy((pair) => pairs.includes(pair))
  }

  join(): void {
    const pairs = [...this.#faults.keys()]
    this.#faults.clear()
    // What has hung has lost bytes; no connection may go on without them.
    this.#destroy((pair) => pairs.includes(pair))
  }

  #relay(near: Socket, greeting: Buffer, target: string, pair: string): void {
    if (this.#faults.get(pair) === 'cut') {
      near.destroy()
      return
    }
    const [host, port] = target.split(':')
    const far = connect(Number(port), host)
    const way: Way = { sockets: [near, far], pair }
    this.#ways.add(way)
    const forward = (from: Socket, to: Socket) => {
      from.on('data', (chunk: Buffer) => this.#faults.get(pair) !== 'hang' && to.write(chunk))
      from.on('error', () => {})
      from.on('close', () => {
        this.#ways.delete(way)
        to.destroy()
      })
    }
    forward(near, far)
    forward(far, near)
    if (this.#faults.get(pair) !== 'hang') far.write(greeting)
    near.resume()
  }

  #destroy(isMeant: (pair: string) => boolean): void {
    for (const { sockets, pair } of this.#ways) if (isMeant(pair)) for (const socket of sockets) socket.destroy()
  }
}

function pairOf(a: string, b: string): string {
  return [a, b].sort().join(' ')
}

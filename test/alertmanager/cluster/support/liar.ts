import type { Remote } from '../../../../alertmanager/cluster/channel.ts'
import type { Network } from './network.ts'

/** A member that says whatever the test wants it to. */
export class Liar {
  readonly #remotes: Remote[] = []

  constructor(network: Network, name: string, hear?: (message: Record<string, unknown>) => void) {
    const member = network.join(name)
    this.#remotes.push(...member.remotes)
    member.listen({
      onConnect: (remote) => void this.#remotes.push(remote),
      onMessage: (_, __, message) => hear?.(JSON.parse(message.toString()) as Record<string, unknown>),
      onDisconnect: () => {},
    })
  }

  say(message: unknown): void {
    this.sayBytes(Buffer.from(JSON.stringify(message) ?? ''))
  }

  sayBytes(bytes: Buffer): void {
    for (const remote of this.#remotes) remote.send('update', bytes)
  }
}

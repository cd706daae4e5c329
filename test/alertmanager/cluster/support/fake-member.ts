import { JoinedCluster } from '../../../../alertmanager/cluster/joined-cluster.ts'
import { configModule } from '../../../../alertmanager/config.ts'
import { loadConfig } from '../../../../lib/config/load.ts'
import { createLogger } from '../../../../lib/log.ts'
import { createRegistry } from '../../../../lib/metrics.ts'
import type { ManualClock } from '../../../support/manual-clock.ts'
import type { FakeWires } from './fake-wires.ts'

export interface FakeMemberOptions {
  readonly wires: FakeWires
  readonly clock: ManualClock
  /** Where it is; also its name unless told. */
  readonly host: string
  readonly name?: string
  readonly peers?: readonly string[]
  /** `key=value` of the section `cluster`. */
  readonly settings?: readonly string[]
}

/** A member of a cluster without processes and sockets. */
export class FakeMember {
  readonly cluster: JoinedCluster
  readonly logged: string[] = []
  readonly #registry = createRegistry('alertmanager', '0')

  constructor({ wires, clock, host, name = host, peers = [], settings = [] }: FakeMemberOptions) {
    const own = [`peer_name=${name}`, `listen_address=${host}:9094`, `peers=[${peers.map((peer) => `"${peer}:9094"`)}]`]
    const overrides = [...own, ...settings].map((setting) => `cluster.${setting}`)
    this.cluster = new JoinedCluster({
      config: loadConfig(configModule, { overrides, env: {} }).cluster,
      ...{ clock, registry: this.#registry, key: undefined, tls: undefined },
      logger: createLogger({
        ...{ service: 'alertmanager', level: 'info', format: 'logfmt' },
        write: (line) => this.logged.push(line),
      }),
      transport: wires.transportOf(host),
      resolve: async (peer) => [peer],
    })
  }

  /** The names of the members that it sees, its own in capitals. */
  get sees(): string {
    const { name, peers } = this.cluster
    return peers.map((peer) => (peer.name === name ? name.toUpperCase() : peer.name)).join(' ')
  }

  async metric(name: string): Promise<number> {
    const text = await this.#registry.getSingleMetricAsString(`alertmanager_${name}`)
    return Number(/^[a-z_]+(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1])
  }
}

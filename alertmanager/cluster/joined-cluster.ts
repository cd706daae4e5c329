import { randomBytes } from 'node:crypto'
import type { Clock } from '#lib/clock.ts'
import { createEvents } from '#lib/events.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { Logger } from '#lib/log.ts'
import type { Registry } from '#lib/metrics.ts'
import type { ProcessConfig } from '../config.ts'
import { advertisedAddress } from './advertise.ts'
import type { Channel } from './channel.ts'
import type { Cluster, Peer } from './cluster.ts'
import type { ClusterTls } from './cluster-tls.ts'
import { Dialler } from './dialler.ts'
import { CLUSTER_EVENTS } from './events.ts'
import { makeUpName } from './member-name.ts'
import { Mesh } from './mesh.ts'
import { createPingMetrics, registerClusterMetrics } from './metrics.ts'
import { type Resolve, resolvePeer } from './resolve.ts'
import { Settling } from './settling.ts'
import { TcpTransport } from './tcp-transport.ts'
import type { Transport } from './transport.ts'
import type { SharedKey } from './wire/shared-key.ts'

export interface ClusterOptions {
  readonly config: ProcessConfig['cluster']
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: Registry
  /** Known to members only. */
  readonly key: SharedKey | undefined
  readonly tls: ClusterTls | undefined
  /** TCP unless told. */
  readonly transport?: Transport
  readonly resolve?: Resolve
}

/** So many times the gossip interval lie between two looks at whether the cluster has settled. */
const GOSSIPS_PER_LOOK = 10

const OPEN_TO_ALL =
  'whoever reaches the cluster port can read and change silences and alerts: give all members the same --cluster.key-file, certificates with --cluster.tls-config, or switch the cluster off with --cluster.listen-address='

/** A router that shares its state with others: who is there, and the connections to them. */
export class JoinedCluster implements Cluster {
  readonly isEnabled = true
  readonly name: string
  /** Opens the port and looks for the others; says goodbye to them. */
  readonly part: Service
  readonly #mesh: Mesh
  readonly #settling: Settling
  #address = ''

  constructor(options: ClusterOptions) {
    const { config, clock, logger, registry } = options
    this.name = config.peer_name === '' ? makeUpName(clock.nowMs()) : config.peer_name
    const events = createEvents('alertmanager', CLUSTER_EVENTS, { registry, logger, clock })
    const transport = options.transport ?? createTransport(options)
    const instance = randomBytes(16).toString('hex')
    this.#mesh = new Mesh({
      self: () => ({ label: config.label, name: this.name, address: this.#address, instance }),
      ...{ transport, clock, events, key: options.key },
      tcpTimeoutMs: config.tcp_timeout,
      probeIntervalMs: config.probe_interval,
      probeTimeoutMs: config.probe_timeout,
      onMembers: (members) => dialler.heardOf(members),
      observePing: (member, seconds) => pings.observe(member, seconds),
    })
    const dialler = new Dialler({
      ...{ mesh: this.#mesh, selfName: this.name, peers: config.peers, clock, events },
      resolve: options.resolve ?? resolvePeer,
      resolveTimeoutMs: config.peers_resolve_timeout,
      reconnectIntervalMs: config.reconnect_interval,
      reconnectTimeoutMs: config.reconnect_timeout,
    })
    this.#settling = new Settling({
      clock,
      count: () => this.peers.length,
      intervalMs: config.gossip_interval * GOSSIPS_PER_LOOK,
      timeoutMs: config.settle_timeout,
    })
    const pings = createPingMetrics(registry)
    registerClusterMetrics(registry, this, this.#mesh, () => dialler.failed)
    this.part = {
      name: 'cluster',
      start: async () => {
        const bound = await transport.listen({
          onConnection: (...connection) => void this.#mesh.accept(...connection),
          onTlsError: (error, from) => events.broken({ reason: 'tls' }, { from, err: error }),
        })
        const { address, warning } = advertisedAddress({
          bound,
          configured: config.advertise_address,
          allowPublic: config.allow_insecure_public_advertise_address_discovery,
          hasPeers: config.peers.length > 0,
        })
        this.#address = address
        if (options.key === undefined && !options.tls?.isMutual) logger.warn(OPEN_TO_ALL)
        if (warning !== undefined) logger.warn({ address }, warning)
        logger.info({ member: this.name, address, listens: `${bound.host}:${bound.port}` }, 'cluster port open')
        this.#mesh.prober.start()
        this.#settling.start()
        void this.settled().then(() => logger.info({ members: this.peers.length }, 'gossip settled; proceeding'))
        dialler.start()
      },
      stop: async (deadline) => {
        dialler.stop()
        this.#settling.stop()
        transport.stop()
        // Changes are passed on within a gossip interval.
        await this.#mesh.leave(2 * config.gossip_interval, deadline)
      },
    }
  }

  get channel(): Channel {
    return this.#mesh
  }

  get status(): Cluster['status'] {
    return this.#settling.isSettled ? 'ready' : 'settling'
  }

  get peers(): readonly Peer[] {
    const self = { name: this.name, address: this.#address }
    const others = this.#mesh.members.alive.map(({ name, address }) => ({ name, address }))
    return [self, ...others].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  get position(): number {
    return this.#mesh.members.alive.filter(({ name }) => name < this.name).length
  }

  settled(): Promise<void> {
    return this.#settling.settled()
  }
}

function createTransport({ config, tls, registry }: ClusterOptions): Transport {
  const transport = new TcpTransport({ address: config.listen_address, tls, timeoutMs: config.tcp_timeout })
  if (tls !== undefined) transport.count.register(registry)
  return transport
}

import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'
import { captureServer } from '../support/capture-server.ts'
import { clusterOf, type MemberProcess, seen, startMember } from './cluster-process.ts'
import { Partitions } from './support/partitions.ts'

interface Notification {
  readonly status: string
  readonly groupLabels: Readonly<Record<string, string>>
}

/** How long a member waits for each one before it. */
const PEER_TIMEOUT_MS = 1_500

/** A busy machine must not make anybody look dead, and who comes back must find the others before it tells. */
const TIMES = [
  ...[`--cluster.peer-timeout=${PEER_TIMEOUT_MS}ms`, '--cluster.probe-interval=500ms', '--cluster.probe-timeout=500ms'],
  ...['--cluster.gossip-interval=50ms', '--cluster.settle-timeout=1m'],
]

async function settled(members: readonly MemberProcess[]): Promise<void> {
  for (const member of members) {
    await until(`${member.name} has settled`, async () => (await clusterOf(member)).status === 'ready', { everyMs: 50 })
  }
}

/** Three members a, b and c that tell one webhook, grouped by alertname, and that can be kept apart. */
export class ThreeMembers {
  readonly partitions: Partitions
  readonly members: Record<'a' | 'b' | 'c', MemberProcess>
  readonly #start: (name: string, peers: readonly string[]) => Promise<MemberProcess>
  readonly #told: () => readonly string[]

  private constructor(
    partitions: Partitions,
    start: (name: string, peers: readonly string[]) => Promise<MemberProcess>,
    members: Record<'a' | 'b' | 'c', MemberProcess>,
    told: () => readonly string[],
  ) {
    this.partitions = partitions
    this.#start = start
    this.members = members
    this.#told = told
  }

  static async start(t: Pick<TestContext, 'after'>, groupWait = '500ms'): Promise<ThreeMembers> {
    const directory = temporaryDirectory(t)
    const hook = await captureServer(t)
    const yaml = `
route: {receiver: team, group_by: [alertname], group_wait: ${groupWait}, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: team, webhook_configs: [{url: ${hook.url}/}]}]
`
    const partitions = new Partitions(t)
    const start = async (name: string, peers: readonly string[]) => {
      const proxy = await partitions.open(name)
      const flags = [...TIMES, `--cluster.advertise-address=${proxy.address}`]
      const member = await startMember(t, { directory, name, peers, yaml, flags })
      proxy.lead(member.address)
      return { ...member, address: proxy.address }
    }
    const a = await start('a', [])
    const [b, c] = await Promise.all([start('b', [a.address]), start('c', [a.address])])
    await seen([a, b, c], 'a b c')
    await settled([a, b, c])
    return new ThreeMembers(partitions, start, { a, b, c }, () => {
      return hook.requests.map(({ body }) => {
        const { status, groupLabels } = JSON.parse(body) as Notification
        return `${groupLabels.alertname} ${status}`
      })
    })
  }

  /** All that was told, `alertname status`, in the order of the names. */
  get told(): readonly string[] {
    return this.#told().toSorted()
  }

  /** Sends the same alerts to these members, as a sender that knows all of them does. */
  async push(
    alertnames: readonly string[],
    to: readonly MemberProcess[] = this.alive,
    leftMs = 600_000,
  ): Promise<void> {
    const alerts = alertnames.map((alertname) => ({ alertname }))
    await Promise.all(to.map(({ router }) => router.push(alerts, leftMs)))
  }

  get alive(): readonly MemberProcess[] {
    return Object.values(this.members).filter(({ router }) => !this.#killed.has(router.child.pid))
  }

  readonly #killed = new Set<number>()

  async kill(name: 'a' | 'b' | 'c'): Promise<void> {
    const { child } = this.members[name].router
    this.#killed.add(child.pid)
    await child.kill('SIGKILL')
  }

  /** Starts one again that was killed, with its state. */
  async restart(name: 'a' | 'b' | 'c'): Promise<void> {
    const peers = this.alive.map(({ address }) => address)
    this.members[name] = await this.#start(name, peers)
    await seen(this.alive, 'a b c')
    await settled(this.alive)
  }

  /** Resolves when this much was told, or more. */
  async heard(count: number, timeoutMs = 20_000): Promise<void> {
    const giveUpMs = Date.now() + timeoutMs
    while (this.told.length < count) {
      if (Date.now() > giveUpMs) throw new Error(`told only ${this.told.join(', ')}`)
      await sleep(20)
    }
  }

  /** As long as the last member would wait for its turn, and a tick of a group. */
  quiet(): Promise<void> {
    return sleep(2 * PEER_TIMEOUT_MS + 1_000)
  }
}

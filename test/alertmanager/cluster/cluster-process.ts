import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { until } from '../../support/until.ts'
import { type RouterClient, startRouter } from '../support/router-process.ts'

/** One member of a cluster of real processes. */
export interface MemberProcess {
  readonly name: string
  readonly router: RouterClient
  /** Where it listens for others. */
  readonly address: string
}

export interface MemberOptions {
  readonly directory: string
  readonly name: string
  readonly peers?: readonly string[]
  /** An alertmanager.yml; without, nobody is told anything. */
  readonly yaml?: string
  readonly flags?: readonly string[]
}

/** Times that make a test short; flags of the member itself win. */
const QUICK = [
  ...['--cluster.probe-interval=250ms', '--cluster.probe-timeout=500ms', '--cluster.reconnect-interval=500ms'],
  ...['--cluster.settle-timeout=0s', '--cluster.listen-address=127.0.0.1:0'],
]

export async function startMember(t: Pick<TestContext, 'after'>, options: MemberOptions): Promise<MemberProcess> {
  const { name, peers = [], yaml, flags = [] } = options
  const directory = join(options.directory, name)
  mkdirSync(directory, { recursive: true })
  const peerFlags = peers.map((peer) => `--cluster.peer=${peer}`)
  const nameOf = (flag: string) => flag.replace(/=.*$/s, '')
  const given = new Set(flags.map(nameOf))
  const usual = [...QUICK, `--cluster.peer-name=${name}`].filter((flag) => !given.has(nameOf(flag)))
  const router = await startRouter(t, directory, yaml, [...usual, ...peerFlags, ...flags])
  const [, address] = await router.child.printed(/msg="cluster port open".* listens=(\S+)/)
  return { name, router, address: address! }
}

export interface ClusterStatus {
  readonly name: string
  readonly status: string
  readonly peers: readonly { readonly name: string; readonly address: string }[]
}

export async function clusterOf({ router }: Pick<MemberProcess, 'router'>): Promise<ClusterStatus> {
  const { cluster } = (await (await router.get('/api/v2/status')).json()) as { cluster: ClusterStatus }
  return cluster
}

export async function peersOf(member: Pick<MemberProcess, 'router'>): Promise<string> {
  return (await clusterOf(member)).peers.map(({ name }) => name).join(' ')
}

/** Waits until all of these members see exactly these names. */
export async function seen(members: readonly MemberProcess[], names: string, timeoutMs = 15_000): Promise<void> {
  for (const member of members) {
    let last = ''
    await until(
      `${member.name} sees ${names}`,
      async () => {
        last = await peersOf(member)
        return last === names
      },
      { timeoutMs, everyMs: 25 },
    ).catch((error: Error) => {
      throw new Error(`${error.message}; it sees ${last}\n${member.router.child.stderr}`)
    })
  }
}

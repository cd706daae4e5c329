import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { PEERS, PeerProgram } from './peer-program.ts'
import { until } from './until.ts'

export interface PrometheusSeries {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

export interface PrometheusTarget {
  readonly scrapePool: string
  readonly health: string
  readonly lastError: string
  readonly labels: Readonly<Record<string, string>>
}

/** Debian's Prometheus, with what tests ask of it. */
export class PrometheusServer {
  readonly url: string

  private constructor(url: string) {
    this.url = url
  }

  /** @param config of it, as JSON, which is YAML */
  static async start(
    t: Pick<TestContext, 'after'>,
    directory: string,
    config: object,
    flags: readonly string[] = [],
  ): Promise<PrometheusServer> {
    const file = join(directory, 'prometheus.yml')
    writeFileSync(file, JSON.stringify(config))
    const { url } = await PeerProgram.start(t, PEERS.prometheus, [
      ...[`--config.file=${file}`, `--storage.tsdb.path=${join(directory, 'tsdb')}`, ...flags],
    ])
    await until('Prometheus is ready', async () => (await fetch(`${url}/-/ready`)).ok)
    return new PrometheusServer(url)
  }

  /** An instant query whose result is a vector. */
  async query(expression: string): Promise<readonly PrometheusSeries[]> {
    const body = new URLSearchParams({ query: expression })
    const answer = await (await fetch(`${this.url}/api/v1/query`, { method: 'POST', body })).json()
    const { status, error, data } = answer as QueryAnswer
    if (status !== 'success') throw new Error(`${expression}: ${error}`)
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
  }

  async targets(): Promise<readonly PrometheusTarget[]> {
    const answer = await (await fetch(`${this.url}/api/v1/targets?state=active`)).json()
    return (answer as { data: { activeTargets: PrometheusTarget[] } }).data.activeTargets
  }
}

interface QueryAnswer {
  readonly status: string
  readonly error?: string
  readonly data: {
    readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: [number, string] }[]
  }
}

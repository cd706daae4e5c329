import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkValue } from '#lib/config/check.ts'
import { tellEvents } from '#lib/events.ts'
import type { SendMetrics } from '../../agent/gather/gatherer.ts'
import type { CollectorName, NodeConfig } from '../../agent/gather/node/config.ts'
import { nodeSection } from '../../agent/gather/node/config.ts'
import { createNodeGatherer, type NodeGathererDeps } from '../../agent/gather/node/create-node-gatherer.ts'
import { NODE_EVENTS } from '../../agent/gather/node/events.ts'
import { FakeNodeFiles } from './fake-node-files.ts'
import { decodeSeries, type GatheredSeries } from './gathered-series.ts'
import { ManualClock } from './manual-clock.ts'

/** What the configuration of the node gatherer is where nothing is written, but for these keys. */
export function nodeConfig(written: Readonly<Record<string, unknown>> = {}): NodeConfig {
  const config = checkValue(nodeSection(), written, ['node'], (path, message) => {
    throw new Error(`${path.join('.')}: ${message}`)
  })
  return config as NodeConfig
}

/** A gatherer over files in memory, or others, with what it sent and what happened. */
export class NodeHarness {
  readonly files: FakeNodeFiles
  readonly clock = new ManualClock()
  /** Names of events, with labels and detail. */
  readonly happened: { readonly event: string; readonly labels: object; readonly detail: object }[] = []
  readonly gatherer
  #sent: Parameters<SendMetrics>[0] = []

  constructor(
    contents: Readonly<Record<string, string | Error>> | FakeNodeFiles,
    options: { readonly config?: Readonly<Record<string, unknown>>; readonly deps?: Partial<NodeGathererDeps> } = {},
  ) {
    this.files = contents instanceof FakeNodeFiles ? contents : new FakeNodeFiles(contents)
    const events = tellEvents(NODE_EVENTS, (event, labels, detail) => this.happened.push({ event, labels, detail }))
    this.gatherer = createNodeGatherer(nodeConfig(options.config), {
      ...{ clock: this.clock, events, version: '1.2.3', files: this.files, machine: 'x86_64' },
      node: { name: 'node-1', address: '10.0.0.1' },
      send: (requests) => {
        this.#sent = requests
      },
      ...options.deps,
    })
  }

  /** Series of a round. */
  async gather(): Promise<ReadonlyMap<string, GatheredSeries>> {
    await this.gatherer.gather(new AbortController().signal)
    return decodeSeries(this.#sent)
  }

  /** Requests of the last round. */
  get sent(): Parameters<SendMetrics>[0] {
    return this.#sent
  }
}

/** Values of a round of one collector over some files, without what is written of every collector and target. */
export async function collectOnly(
  name: CollectorName,
  contents: Readonly<Record<string, string | Error>>,
  config: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly values: Readonly<Record<string, number>>; readonly success: number; readonly failures: number }> {
  const harness = new NodeHarness(contents, { config: { ...config, collectors: [name] } })
  const series = await harness.gather()
  const values: Record<string, number> = {}
  for (const [key, { value, name: metric }] of series) {
    if (!/^(up|scrape_|node_scrape_)/.test(metric)) values[key] = value
  }
  const success = series.get(`node_scrape_collector_success{collector="${name}"}`)!.value
  const failures = harness.happened.filter(({ event }) => event === 'nodeCollectorFailed').length
  return { values, success, failures }
}

/** A hand-made file of the corpus. */
export function nodeCorpus(name: string): string {
  return readFileSync(join(import.meta.dirname, '../corpus/agent/node', name), 'utf8')
}

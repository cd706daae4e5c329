import type { Clock } from '#lib/clock.ts'
import type { Finding } from '#lib/finding.ts'
import type { Elasticsearch } from '../index/elasticsearch.ts'
import { type Flavour, flavourName, headersOf } from '../index/flavour.ts'
import { createAsk } from './ask.ts'
import { checkDataStream, type StreamWanted } from './data-stream.ts'
import { checkDisk } from './disk.ts'
import { checkPrivileges } from './privileges.ts'
import { checkReachable } from './reachable.ts'
import { checkServerTime } from './server-time.ts'
import { checkTemplate } from './template-check.ts'

export interface ExamineOptions extends StreamWanted {
  readonly elasticsearch: Elasticsearch
  readonly clock: Clock
  readonly nodes: readonly string[]
  /** As it was seen last. */
  readonly flavour: () => Flavour | undefined
}

export interface Examination {
  /** What the server is; undefined if it does not answer. */
  readonly server: string | undefined
  readonly findings: readonly Finding[]
}

/** Time and disks of all nodes; asked for just when the clock is looked at. */
const NODE_STATS = {
  method: 'GET',
  path: '/_nodes/stats/fs',
  querystring: { filter_path: 'nodes.*.name,nodes.*.timestamp,nodes.*.fs.total' },
} as const

/** Looks at everything that the collector needs of its Elasticsearch. Changes nothing. */
export async function examine(options: ExamineOptions, signal: AbortSignal): Promise<Examination> {
  const { elasticsearch, clock, nodes, templateName, dataStream } = options
  const ask = createAsk(elasticsearch, headersOf(options.flavour()), signal)
  const { flavour, answer, findings: reached } = await checkReachable(ask, clock, nodes)
  if (flavour === undefined) return { server: undefined, findings: reached }
  const stats = flavour.product === 'serverless' ? undefined : await ask(NODE_STATS)
  const findings = [
    ...reached,
    ...checkServerTime(answer, stats, clock),
    await checkPrivileges(ask, flavour, dataStream),
    await checkTemplate(ask, templateName, dataStream),
    ...(await checkDataStream(ask, flavour, options)),
    ...(stats === undefined ? [] : await checkDisk(ask, stats)),
  ]
  return { server: flavourName(flavour), findings }
}

import type { Clock } from '#lib/clock.ts'
import type { Finding } from '#lib/finding.ts'
import type { Elasticsearch } from '../index/elasticsearch.ts'
import { type Flavour, flavourName, headersOf } from '../index/flavour.ts'
import { createAsk } from './ask.ts'
import { checkDataStream, type StreamWanted } from './data-stream.ts'
import { checkDisk } from './disk.ts'
import { checkPrivileges } from './privileges.ts'
import { checkReachable } from './reachable.ts'
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

/** Looks at everything that the collector needs of its Elasticsearch. Changes nothing. */
export async function examine(options: ExamineOptions, signal: AbortSignal): Promise<Examination> {
  const { elasticsearch, clock, nodes, templateName, dataStream } = options
  const ask = createAsk(elasticsearch, headersOf(options.flavour()), signal)
  const { flavour, findings: reached } = await checkReachable(ask, clock, nodes)
  if (flavour === undefined) return { server: undefined, findings: reached }
  const findings = [
    ...reached,
    await checkPrivileges(ask, flavour, dataStream),
    await checkTemplate(ask, templateName, dataStream),
    ...(await checkDataStream(ask, flavour, options)),
    ...(await checkDisk(ask, flavour)),
  ]
  return { server: flavourName(flavour), findings }
}

import { hash } from 'node:crypto'
import { fileKeyOf } from '#lib/record-uid.ts'
import { CriDecoder } from '../agent/decode/cri.ts'
import { Line } from '../agent/decode/line.ts'
import { parsePodDirectory } from '../agent/discover/paths.ts'
import { encodeResource } from '../agent/enrich/resource.ts'
import { createContentParser } from '../agent/parse/detect.ts'
import { Batch, encodeScope, type Origin } from '../agent/ship/batch.ts'
import { Extent } from '../agent/ship/extent.ts'
import { RecordWriter } from '../agent/ship/record-writer.ts'
import { BulkEncoder } from '../collector/encode/bulk-encoder.ts'
import { type CorpusOptions, containerPath, corpusLines, criLine } from './corpus.ts'

/** What the agent and the collector send by default. */
const AGENT_BATCH_BYTES = 1024 ** 2
const MAX_RECORD_BYTES = 256 * 1024
export const BULK_BYTES = 5 * 1024 ** 2

export interface CorpusBulk {
  readonly body: Buffer
  readonly documents: number
  /** Bytes of the log files that the documents came from. */
  readonly rawBytes: number
}

interface Source {
  readonly origin: Origin
  readonly extent: Extent
}

/** The corpus as bulk requests: the agent's own batches, encoded by the collector's own encoder. */
export function* corpusBulks(
  options: CorpusOptions & { readonly dataStream: string; readonly bulkBytes?: number },
): Generator<CorpusBulk> {
  const { bulkBytes = BULK_BYTES } = options
  const encoder = new BulkEncoder({ dataStream: options.dataStream, maxBytes: 2 ** 30, stats: { repaired: 0 } })
  const writer = new RecordWriter()
  const batch = new Batch({
    maxBytes: Math.min(AGENT_BATCH_BYTES, bulkBytes),
    maxRecordBytes: MAX_RECORD_BYTES,
    writer,
    scope: encodeScope('vedette.agent', '0.1.0'),
  })
  const sources = Array.from({ length: options.containers }, (_, index) => sourceOf(index))
  const decoder = new CriDecoder()
  const parser = createContentParser('auto', { time: false })
  const line = new Line()
  let nowMs = options.startMs
  let documents = 0
  let rawBytes = 0
  const add = () => {
    documents += batch.records
    encoder.add(batch.take([]).body, nowMs)
  }
  const take = (): CorpusBulk => {
    const bulk = { body: Buffer.from(encoder.take().bytes), documents, rawBytes }
    documents = 0
    rawBytes = 0
    return bulk
  }
  for (const corpusLine of corpusLines(options)) {
    const { origin, extent } = sources[corpusLine.container]!
    const bytes = Buffer.from(criLine(corpusLine))
    decoder.decode(line, bytes, 0, bytes.length - 1)
    extent.endOffset = extent.startOffset + bytes.length - 1
    nowMs = Number(corpusLine.timeNs / 1_000_000n) + 120
    writer.observe(nowMs)
    parser.parse(line.fields, line.bytes, line.bodyStart, line.bodyEnd)
    batch.append(origin, line, extent, 0)
    extent.startOffset += bytes.length
    rawBytes += bytes.length
    if (!batch.isFull) continue
    add()
    if (encoder.lengthBytes >= bulkBytes) yield take()
  }
  if (batch.records > 0) add()
  if (documents > 0) yield take()
}

function sourceOf(index: number): Source {
  const [directory = '', container = ''] = containerPath(index).split('/')
  const pod = parsePodDirectory(directory)!
  const extent = new Extent()
  extent.fileKey = fileKeyOf(hash('sha256', `${directory}/${container}`, 'buffer'))
  return {
    origin: { resource: encodeResource({ ...pod, container, restartCount: 0 }, { nodeName: 'node-1' }) },
    extent,
  }
}

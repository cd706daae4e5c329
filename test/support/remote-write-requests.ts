import { ReceiveStats } from '../../collector/receive/stats.ts'
import { WriteIntake } from '../../collector/remote-write/receive/write-intake.ts'
import { collectorEvents } from './collector-events.ts'
import { RecordingSink } from './recording-sink.ts'
import { toLong, WriteRequestV1, WriteRequestV2 } from './remote-write-proto.ts'

export const NOW = Date.UTC(2026, 10, 22)

/** An intake over a sink that keeps what is put. */
export function makeIntake() {
  const sink = new RecordingSink()
  const stats = new ReceiveStats()
  const { events, count } = collectorEvents()
  return { sink, stats, count, intake: new WriteIntake({ sink, stats, events, nowMs: () => NOW }) }
}

interface Sample {
  readonly bits: bigint
  readonly timeMs: number
  readonly startMs?: number
}

export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly Sample[]
  readonly type?: number
  readonly help?: string
}

export const sampleFields = ({ bits, timeMs, startMs = 0 }: Sample) => ({
  value: toLong(bits),
  timestamp: timeMs,
  startTimestamp: startMs,
})

/** By protobufjs. */
export function encodeV1(series: readonly WrittenSeries[], more: object = {}): Buffer {
  const timeseries = series.map(({ labels, samples }) => ({
    labels: Object.entries(labels).map(([name, value]) => ({ name, value })),
    samples: samples.map(sampleFields),
  }))
  return Buffer.from(WriteRequestV1.encode(WriteRequestV1.create({ timeseries, ...more })).finish())
}

/** By protobufjs. */
export function encodeV2(series: readonly WrittenSeries[]): Buffer {
  const symbols = ['']
  const ref = (text: string) => {
    if (!symbols.includes(text)) symbols.push(text)
    return symbols.indexOf(text)
  }
  const timeseries = series.map(({ labels, samples, type = 0, help = '' }) => ({
    labelsRefs: Object.entries(labels).flat().map(ref),
    samples: samples.map(sampleFields),
    metadata: { type, helpRef: ref(help) },
  }))
  return Buffer.from(WriteRequestV2.encode(WriteRequestV2.create({ symbols, timeseries })).finish())
}

import protobuf from 'protobufjs'
import { toInteger64 } from '#lib/otlp/proto.ts'

/**
 * The messages of remote write 1.0 and 2.0, for protobufjs: what our own reading and writing is checked against. The value
 * of a sample and the sum of a histogram are a fixed64 in place of a double, the same on the wire, so that every NaN is itself.
 */
const V1 = `
syntax = "proto3";
message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
message TimeSeries {
  repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3; repeated Histogram histograms = 4;
}
message Label { string name = 1; string value = 2; }
message Sample { fixed64 value = 1; int64 timestamp = 2; }
message Exemplar { repeated Label labels = 1; double value = 2; int64 timestamp = 3; }
message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
`
const HISTOGRAM = `
message Histogram {
  oneof count { uint64 count_int = 1; double count_float = 2; }
  fixed64 sum = 3; sint32 schema = 4; double zero_threshold = 5;
  oneof zero_count { uint64 zero_count_int = 6; double zero_count_float = 7; }
  repeated BucketSpan negative_spans = 8; repeated sint64 negative_deltas = 9; repeated double negative_counts = 10;
  repeated BucketSpan positive_spans = 11; repeated sint64 positive_deltas = 12; repeated double positive_counts = 13;
  int32 reset_hint = 14; int64 timestamp = 15; repeated double custom_values = 16;
}
message BucketSpan { sint32 offset = 1; uint32 length = 2; }
`
const V2 = `
syntax = "proto3";
message Request { repeated string symbols = 4; repeated TimeSeries timeseries = 5; }
message TimeSeries {
  repeated uint32 labels_refs = 1; repeated Sample samples = 2; repeated Histogram histograms = 3;
  repeated Exemplar exemplars = 4; Metadata metadata = 5;
}
message Sample { fixed64 value = 1; int64 timestamp = 2; int64 start_timestamp = 3; }
message Exemplar { repeated uint32 labels_refs = 1; double value = 2; int64 timestamp = 3; }
message Metadata { int32 type = 1; uint32 help_ref = 3; uint32 unit_ref = 4; }
`

export const WriteRequestV1 = protobuf.parse(V1 + HISTOGRAM).root.lookupType('WriteRequest')
export const WriteRequestV2 = protobuf.parse(V2 + HISTOGRAM).root.lookupType('Request')

/** The bits of a double, so that every NaN is itself. */
export type Bits = bigint

export interface SentSample {
  /** `name=value` of all labels, in the order in which they came. */
  readonly labels: string
  readonly bits: Bits
  readonly timeMs: number
  /** With 2.0 only. */
  readonly startMs?: number
  readonly type?: number
  readonly help?: string
  readonly unit?: string
}

export function bitsOf(value: number): Bits {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes.readBigUInt64LE()
}

export const STALE_BITS = 0x7ff0_0000_0000_0002n
export const NAN_BITS = 0x7ff8_0000_0000_0001n

/** 64-bit integers as decimal texts. */
interface ReadSample {
  readonly value: string
  readonly timestamp: string
  readonly startTimestamp?: string
}

interface ReadRequestV1 {
  readonly timeseries: readonly {
    readonly labels: readonly { readonly name: string; readonly value: string }[]
    readonly samples: readonly ReadSample[]
  }[]
}

interface ReadRequestV2 {
  readonly symbols: readonly string[]
  readonly timeseries: readonly {
    readonly labelsRefs: readonly number[]
    readonly samples: readonly ReadSample[]
    readonly metadata: { readonly type: number; readonly helpRef: number; readonly unitRef: number }
  }[]
}

/** Bits as protobufjs takes them for the value of a sample. */
export function toLong(bits: Bits): unknown {
  return toInteger64(String(BigInt.asUintN(64, bits)), true)
}

function read({ value, timestamp }: ReadSample) {
  return { bits: BigInt(value), timeMs: Number(timestamp) }
}

/** A message with all of its fields. */
function decode(type: protobuf.Type, bytes: Buffer): object {
  return type.toObject(type.decode(bytes), { longs: String, defaults: true })
}

/** The samples of a request, by protobufjs. */
export function readRequest(bytes: Buffer, version: '1.0' | '2.0'): SentSample[] {
  if (version === '1.0') {
    const { timeseries } = decode(WriteRequestV1, bytes) as ReadRequestV1
    return timeseries.flatMap(({ labels, samples }) =>
      samples.map((sample) => ({
        labels: labels.map(({ name, value }) => `${name}=${value}`).join(),
        ...read(sample),
      })),
    )
  }
  const { symbols, timeseries } = decode(WriteRequestV2, bytes) as ReadRequestV2
  if (timeseries.length > 0 && symbols[0] !== '') throw new Error('symbols must begin with an empty one')
  return timeseries.flatMap(({ labelsRefs, samples, metadata }) => {
    const texts = labelsRefs.map((ref) => symbols[ref]!)
    const labels = texts.flatMap((name, index) => (index % 2 === 0 ? [`${name}=${texts[index + 1]}`] : []))
    return samples.map((sample) => ({
      labels: labels.join(),
      ...read(sample),
      startMs: Number(sample.startTimestamp ?? 0),
      type: metadata.type,
      help: symbols[metadata.helpRef]!,
      unit: symbols[metadata.unitRef]!,
    }))
  })
}

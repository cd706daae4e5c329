import { FIXED64, lengthDelimited, tag, VARINT } from '#lib/otlp/wire.ts'

/** Messages of prometheus/client_model as clients encode them. */
function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(9)
  bytes[0] = tag(field, FIXED64)
  bytes.writeDoubleLE(value, 1)
  return bytes
}

function varint(field: number, value: number): Buffer {
  const bytes = [tag(field, VARINT)]
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) + 128)
  }
}

export function labelPair(name: string, value: string | Buffer): Buffer {
  return lengthDelimited(1, lengthDelimited(1, name), lengthDelimited(2, value))
}

type Part = readonly [first: number, second: number]

/** Contents of a Metric, with further fields behind, and of a MetricFamily. */
export const NUMBER_FIELDS = {
  gauge: (value: number, ...more: Buffer[]) => Buffer.concat([lengthDelimited(2, double(1, value)), ...more]),
  counter: (value: number, ...more: Buffer[]) => Buffer.concat([lengthDelimited(3, double(1, value)), ...more]),
  summary: (count: number, sum: number, quantiles: readonly Part[], ...more: Buffer[]) =>
    Buffer.concat([
      lengthDelimited(
        4,
        ...[varint(1, count), double(2, sum)],
        ...quantiles.map(([quantile, value]) => lengthDelimited(3, double(1, quantile), double(2, value))),
      ),
      ...more,
    ]),
  histogram: (count: number, sum: number, buckets: readonly Part[], ...more: Buffer[]) =>
    Buffer.concat([
      lengthDelimited(
        7,
        ...[varint(1, count), double(2, sum)],
        ...buckets.map(([bound, within]) => lengthDelimited(3, varint(1, within), double(2, bound))),
      ),
      ...more,
    ]),
  timestampMs: (value: number) => varint(6, value),
  help: (text: string) => lengthDelimited(2, text),
}

/** A MetricFamily with its length before it. */
export function delimitedFamily(name: string, type: number, metrics: readonly Buffer[], ...more: Buffer[]): Buffer {
  const parts = [lengthDelimited(1, name), ...more, varint(3, type), ...metrics.map((each) => lengthDelimited(4, each))]
  // The length as it stands in a field, without the field's tag.
  return lengthDelimited(1, ...parts).subarray(1)
}

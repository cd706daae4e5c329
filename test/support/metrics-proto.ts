import { ExportMetricsServiceRequest } from '#lib/otlp/proto.ts'
import type { ProtoKeyValue } from './otlp-proto.ts'

/** A point of any kind; 64-bit integers are decimal texts, though small ones may be given as numbers. */
export interface ProtoPoint {
  readonly attributes?: readonly ProtoKeyValue[]
  readonly startTimeUnixNano?: string
  readonly timeUnixNano?: string
  readonly flags?: number
  readonly asDouble?: number
  readonly asInt?: string
  readonly count?: string | number
  readonly sum?: number
  readonly bucketCounts?: readonly (string | number)[]
  readonly explicitBounds?: readonly number[]
  /** Of exponential histograms, with what follows. */
  readonly scale?: number
  readonly positive?: { readonly offset?: number; readonly bucketCounts?: readonly string[] }
  readonly quantileValues?: readonly { readonly quantile?: number; readonly value?: number }[]
}

interface ProtoData {
  readonly dataPoints: readonly ProtoPoint[]
  readonly aggregationTemporality?: number
  readonly isMonotonic?: boolean
}

export interface ProtoMetric {
  readonly name?: string
  readonly unit?: string
  readonly description?: string
  readonly metadata?: readonly ProtoKeyValue[]
  readonly gauge?: ProtoData
  readonly sum?: ProtoData
  readonly histogram?: ProtoData
  readonly exponentialHistogram?: ProtoData
  readonly summary?: ProtoData
}

export interface ProtoMetricsRequest {
  readonly resourceMetrics: readonly {
    readonly resource?: { readonly attributes?: readonly ProtoKeyValue[] }
    readonly scopeMetrics: readonly {
      readonly scope?: { readonly name?: string; readonly version?: string }
      readonly metrics: readonly ProtoMetric[]
    }[]
  }[]
}

/** Encodes a request with protobufjs; 64-bit integers are decimal texts. */
export function encodeMetricsRequest(request: ProtoMetricsRequest): Buffer {
  return Buffer.from(ExportMetricsServiceRequest.encode(ExportMetricsServiceRequest.fromObject(request)).finish())
}

/** Decodes a request with protobufjs; 64-bit integers are decimal texts. */
export function decodeMetricsRequest(body: Uint8Array): ProtoMetricsRequest {
  const message = ExportMetricsServiceRequest.decode(body)
  return ExportMetricsServiceRequest.toObject(message, { longs: String }) as ProtoMetricsRequest
}

/** A request with metrics of one scope of one resource. */
export function metricsOf(...metrics: readonly ProtoMetric[]): Buffer {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
  return encodeMetricsRequest({
    resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: 'meter' }, metrics }] }],
  })
}

export function labels(values: Readonly<Record<string, string>>): ProtoKeyValue[] {
  return Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }))
}

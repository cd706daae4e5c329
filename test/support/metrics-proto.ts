import { ExportMetricsServiceRequest } from '#lib/otlp/proto.ts'
import type { ProtoKeyValue } from './otlp-proto.ts'

export interface ProtoPoint {
  readonly attributes?: readonly ProtoKeyValue[]
  readonly startTimeUnixNano?: string
  readonly timeUnixNano?: string
  readonly flags?: number
  readonly [field: string]: unknown
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

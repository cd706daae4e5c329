import { CodedError } from '#lib/errors.ts'
import type { PartialSuccess } from '#lib/otlp/responses.ts'
import type { CollectorEvents } from '../events.ts'
import type { OtlpIngest, PointRefusal } from '../series/otlp/otlp-ingest.ts'
import type { ReceivedRequest } from './logs-intake.ts'
import type { ReceiveStats } from './stats.ts'

export interface MetricsIntakeOptions {
  readonly otlp: OtlpIngest
  readonly events: CollectorEvents
  readonly stats: ReceiveStats
}

const ACCEPTED: PartialSuccess = { rejected: 0, message: '' }
const WORDS: Readonly<Record<PointRefusal, string>> = {
  series_limit: 'of new series, of which there is no room for more (metrics.max_series)',
  bytes_limit: 'of new series, for which there is no memory (metrics.max_bytes)',
  node_limit: 'of new series of a node that has too many (metrics.max_series_per_node)',
  tenant_limit: 'of new series of a tenant that has too many (metrics.max_series_per_tenant)',
  invalid_labels: 'with labels that are too long, or too many',
  duplicate: 'of series that are there twice, or come from two sources',
  type_conflict: 'of metrics that are known by the same name with another type',
  no_temporality: 'of sums or histograms that are neither delta nor cumulative',
  invalid_distribution: 'without a value, or with buckets that do not fit',
  invalid_attributes: 'with attributes, or a resource, that are malformed, too many or too deep',
  invalid_name: 'without a name that Prometheus could have',
}

/** Takes requests of metrics, by whatever transport they came. They are kept in memory: the next ones replace them. */
export class MetricsIntake {
  readonly #options: MetricsIntakeOptions

  constructor(options: MetricsIntakeOptions) {
    this.#options = options
  }

  /**
   * @returns how many of its points are refused for good, while the others are taken
   * @throws CodedError if it is malformed
   */
  take({ transport, body }: ReceivedRequest): Promise<PartialSuccess> {
    const { otlp, events, stats } = this.#options
    const ingested = otlp.ingest(body)
    if (ingested === undefined) {
      return Promise.reject(new CodedError('PAYLOAD_MALFORMED', ['not a valid ExportMetricsServiceRequest']))
    }
    const { points, refused } = ingested
    let rejected = 0
    for (const [reason, count] of refused) {
      events.pointsRejected({ reason }, { count, transport })
      rejected += count
    }
    stats.count(transport, 'metrics', body.length)
    stats.points += points - rejected
    if (rejected === 0) return Promise.resolve(ACCEPTED)
    const parts = Array.from(refused, ([reason, count]) => `${count} ${WORDS[reason]}`)
    return Promise.resolve({ rejected, message: `data points were refused: ${parts.join(', ')}` })
  }
}

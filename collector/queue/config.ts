import type { Report } from '#lib/config/check.ts'
import { choice, integer, list, type Static, section, size } from '#lib/config/schema.ts'

const WHEN_FULL = ['refuse', 'drop_oldest'] as const
/** What happens to a request that does not fit. */
export type WhenFull = (typeof WHEN_FULL)[number]

const ORDERS = ['stream', 'none'] as const
/** What order requests keep that several workers take. */
export type Order = (typeof ORDERS)[number]

/** The part of the collector's configuration that says how much is kept between receiving and indexing. */
export function queueSection() {
  return section('The queue on disk between receiving and indexing.', {
    max_bytes: size({
      description: 'Size at which the queue is full, at least twice `queue.segment_bytes`.',
      default: '10GiB',
    }),
    min_free_bytes: size({
      description: 'The queue is full as well while its disk has less than this free. 0 for no such floor.',
      default: '256MiB',
    }),
    when_full: choice(WHEN_FULL, {
      description:
        '`refuse`: senders are told to wait (503 with Retry-After), which loses nothing as long as they do. `drop_oldest`: the oldest of its files goes of which nothing has been read, and its records count in `records_dropped_total{reason="queue_full"}`; where there is none, senders wait.',
      default: 'refuse',
    }),
    alarm_percent: list(integer({ description: 'Percent of `queue.max_bytes`.', minimum: 1, maximum: 100 }), {
      description:
        'How full the queue may be before an alarm is raised, in the log and as `queue_alarm`. It ends once the queue is five percent below.',
      default: [75, 90],
    }),
    order: choice(ORDERS, {
      description:
        '`stream`: a request waits for those before it that have records of a container in common with it and are on their way to Elasticsearch; others pass it. `none`: whatever comes next is sent at once. Searches sort by time and id either way. Where every request has records of the same containers, as from a gateway, only `none` uses more than one of `elasticsearch.concurrency`.',
      default: 'stream',
    }),
    segment_bytes: size({
      description: 'Size of one of its files; room is given back file by file.',
      default: '32MiB',
      minimum: 64 * 1024,
    }),
    cache_bytes: size({ description: 'Fresh requests that are kept in memory as well.', default: '16MiB' }),
  })
}

export type QueueConfig = Static<ReturnType<typeof queueSection>>

/** Files that `drop_oldest` needs: one that is read, one that is written, and some between them. */
const FILES_TO_DROP = 4

/** Checks what the schema does not say. */
export function checkQueue(queue: QueueConfig, report: Report): void {
  const { max_bytes: maxBytes, segment_bytes: segmentBytes, when_full: whenFull } = queue
  if (maxBytes < 2 * segmentBytes) {
    report(['queue', 'max_bytes'], 'queue.max_bytes must be at least twice queue.segment_bytes')
  } else if (whenFull === 'drop_oldest' && maxBytes < FILES_TO_DROP * segmentBytes) {
    report(
      ['queue', 'when_full'],
      `drop_oldest gives up whole files: queue.max_bytes must be at least ${FILES_TO_DROP} times queue.segment_bytes`,
    )
  }
}

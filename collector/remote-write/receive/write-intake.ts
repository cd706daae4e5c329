import { setImmediate as yieldTurn } from 'node:timers/promises'
import { CodedError } from '#lib/errors.ts'
import type { CollectorEvents } from '../../events.ts'
import type { ReceiveStats } from '../../receive/stats.ts'
import type { SeriesSink } from '../../series/series-sink.ts'
import type { Protocol } from '../protocol.ts'
import { FamilyBook } from './family-book.ts'
import { ReaderV1 } from './read-v1.ts'
import { ReaderV2 } from './read-v2.ts'
import { RequestReader } from './request-reader.ts'
import { SeriesIntake } from './series-intake.ts'
import { TextCache } from './text-cache.ts'
import { WriteTally } from './write-tally.ts'

export interface WriteIntakeOptions {
  readonly sink: SeriesSink
  readonly events: Pick<CollectorEvents, 'pointsRejected'>
  readonly stats: ReceiveStats
  readonly nowMs: () => number
}

/** Between two of them, others have a turn. */
const SERIES_PER_TURN = 2_000

/** Takes requests of remote write into the table of series. */
export class WriteIntake {
  readonly #options: WriteIntakeOptions
  readonly #texts = new TextCache()
  readonly #intake: SeriesIntake

  constructor(options: WriteIntakeOptions) {
    this.#options = options
    const { sink, nowMs } = options
    this.#intake = new SeriesIntake({ sink, families: new FamilyBook(), nowMs })
  }

  /**
   * Takes what can be taken of a request.
   *
   * @throws CodedError PAYLOAD_MALFORMED
   */
  async take(body: Buffer, protocol: Protocol): Promise<WriteTally> {
    const { events, stats } = this.#options
    const tally = new WriteTally()
    const Format = protocol === '1.0' ? ReaderV1 : ReaderV2
    const reader = new RequestReader(body, new Format(body, this.#texts, this.#intake))
    this.#intake.beginTurn()
    let outcome = reader.read(SERIES_PER_TURN, tally)
    while (outcome === 'more') {
      await yieldTurn()
      this.#intake.beginTurn()
      outcome = reader.read(SERIES_PER_TURN, tally)
    }
    for (const [reason, count] of tally.refused) events.pointsRejected({ reason }, { count, transport: 'remote_write' })
    stats.points += tally.samples + tally.histograms
    if (outcome === 'malformed') {
      const message = protocol === '1.0' ? 'prometheus.WriteRequest' : 'io.prometheus.write.v2.Request'
      throw new CodedError('PAYLOAD_MALFORMED', [`not a valid ${message}`])
    }
    stats.count('remote_write', 'metrics', body.length)
    return tally
  }
}

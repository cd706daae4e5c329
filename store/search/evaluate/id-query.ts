import { parseRecordUid } from '#lib/record-uid.ts'
import type { Block } from '../../block/block.ts'
import { type DayTime, dayTimeOf } from '../../time/day.ts'
import type { BlockFacts, BlockQuery, Verdict } from './block-query.ts'

/** Where a document with an id can be: at a time, or with a sequence number; nothing is known of other ids. */
interface Place {
  readonly time: DayTime | undefined
  readonly sequence: number | undefined
}

/** Documents by `_id`. */
export class IdBlockQuery implements BlockQuery {
  readonly cost = 50
  readonly #ids: ReadonlySet<string>
  readonly #places: readonly Place[]

  /** @param isDataStream whether ids that are uids belong to documents of the time that they say */
  constructor(ids: ReadonlySet<string>, isDataStream: boolean) {
    this.#ids = ids
    this.#places = [...ids].map((id) => placeOf(id, isDataStream))
  }

  verdict({ day, meta }: BlockFacts): Verdict {
    const isPossible = this.#places.some(({ time, sequence }) => {
      const atTime = time !== undefined && time.day === day && time.ns >= meta.minNs && time.ns <= meta.maxNs
      const atSequence = sequence !== undefined && sequence >= meta.firstSequence && sequence <= meta.lastSequence
      return (time === undefined && sequence === undefined) || atTime || atSequence
    })
    return isPossible ? 'some' : 'none'
  }

  narrow(block: Block, rows: Uint8Array): void {
    for (let row = 0; row < rows.length; row++) {
      if (rows[row] === 1 && !this.#ids.has(block.idOf(row))) rows[row] = 0
    }
  }
}

function placeOf(id: string, isDataStream: boolean): Place {
  const generated = /^auto-([0-9a-z]{11})$/.exec(id)
  if (generated !== null) return { time: undefined, sequence: Number.parseInt(generated[1]!, 36) }
  // In a data stream a document with a uid of another time than its own has been found another place: none is known.
  const uid = isDataStream ? parseRecordUid(id) : undefined
  return { time: uid === undefined ? undefined : dayTimeOf(uid.timeNs), sequence: undefined }
}

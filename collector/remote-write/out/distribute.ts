import type { StoredSamples } from './sample-queue.ts'
import { readSamples, type SampleColumns, seriesOf } from './sample-records.ts'
import type { Slice } from './slice.ts'

/** What of a payload goes where. */
export interface Distribution {
  /** By shard; none where a shard gets nothing. */
  readonly slices: readonly (Slice | undefined)[]
  /** Samples that cannot be read, or of series that nobody knows, because something is damaged. */
  readonly damaged: number
}

/** Divides samples among shards, by the labels of their series: what is of one series stays in order. */
export class Distributor {
  #columns: SampleColumns = columnsFor(0)
  #shards = new Uint16Array(0)

  divide(stored: StoredSamples, shards: number): Distribution {
    const { payload, samples, definitions, taken, isRecovered } = stored
    if (samples > this.#shards.length) {
      this.#columns = columnsFor(samples)
      this.#shards = new Uint16Array(samples)
    }
    const all = this.#columns
    const none = { slices: [], damaged: samples }
    if (!readSamples(payload, samples, all)) return none
    const shardOf = this.#shards
    const counts = new Uint32Array(shards)
    const { hashes, seriesCount } = definitions
    let known = 0
    for (let index = 0; index < samples; index++) {
      const number = seriesOf(all.series[index]!)
      if (number >= seriesCount) {
        shardOf[index] = shards
        continue
      }
      const shard = hashes[number]! % shards
      shardOf[index] = shard
      counts[shard] = counts[shard]! + 1
      known += 1
    }
    const slices = Array.from(counts, (count): Slice | undefined =>
      count === 0 ? undefined : { ...columnsFor(count), definitions, taken, isRecovered },
    )
    const ends = new Uint32Array(shards)
    for (let index = 0; index < samples; index++) {
      const shard = shardOf[index]!
      if (shard === shards) continue
      const slice = slices[shard]!
      const at = ends[shard]!
      slice.series[at] = all.series[index]!
      slice.values[at] = all.values[index]!
      slice.times[at] = all.times[index]!
      ends[shard] = at + 1
    }
    return { slices, damaged: samples - known }
  }
}

function columnsFor(samples: number): SampleColumns {
  return {
    series: new Uint32Array(samples),
    values: new Float64Array(samples),
    times: new Float64Array(samples),
  }
}

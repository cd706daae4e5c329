import { type DefinedSeries, DefinitionWriter } from '../../collector/remote-write/out/definition-writer.ts'
import { Definitions } from '../../collector/remote-write/out/definitions.ts'
import { STALE_FLAG } from '../../collector/remote-write/out/sample-records.ts'
import type { Batch } from '../../collector/remote-write/out/slice.ts'

export interface BatchSample {
  readonly series: number
  readonly value: number | 'stale'
  readonly timeMs: number
}

/** A batch of samples of some series, through the payload that defines them. */
export function makeBatch(defined: readonly DefinedSeries[], samples: readonly BatchSample[]): Batch {
  const writer = new DefinitionWriter()
  const definitions = new Definitions()
  // In two payloads: numbers go on in the second.
  for (const [index, series] of defined.entries()) {
    writer.define(series)
    if (index === 1) definitions.add(writer.take()!)
  }
  const rest = writer.take()
  if (rest !== undefined && !definitions.add(rest)) throw new Error('not read')
  const slice = {
    definitions,
    taken: { open: samples.length },
    isRecovered: false,
    series: Uint32Array.from(samples, ({ series, value }) => (value === 'stale' ? series + STALE_FLAG : series)),
    values: Float64Array.from(samples, ({ value }) => (value === 'stale' ? 0 : value)),
    times: Float64Array.from(samples, ({ timeMs }) => timeMs),
  }
  return { ranges: [{ slice, from: 0, to: samples.length }], samples: samples.length, isRecovered: false }
}

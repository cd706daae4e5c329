import type { ContentParser } from '#lib/parse/fields.ts'
import { PlainDecoder } from '../decode/plain.ts'
import type { Attributes } from '../enrich/process-resource.ts'
import { encodeAttributes } from '../enrich/resource.ts'
import type { Handling } from '../handling/handling.ts'
import { SINGLE_LINES } from '../multiline/auto.ts'
import { ContainerLog } from '../tail/container-log.ts'
import { resourceAttributesOf } from './attributes.ts'

export interface UnitLogsOptions {
  readonly parser: ContentParser
  /** Of all records; those of the configuration win over what an entry says. */
  readonly attributes: Attributes
  readonly configured: Attributes
  readonly maxRecordBytes: number
}

/** Units and programs of which the resource is remembered. */
const MAX_REMEMBERED = 1_000

/** Whose records entries of the journal are: one log for each resource. */
export class UnitLogs {
  readonly #options: UnitLogsOptions
  readonly #handling: Handling
  readonly #logs = new Map<string, ContainerLog>()

  constructor(options: UnitLogsOptions) {
    this.#options = options
    const { parser } = options
    this.#handling = {
      decoder: new PlainDecoder(),
      multiline: SINGLE_LINES,
      parsers: [parser, parser, parser],
      time: false,
      excludedStreams: 0,
      filter: undefined,
      limit: undefined,
    }
  }

  logOf(fields: ReadonlyMap<string, string>): ContainerLog {
    const { attributes, configured, maxRecordBytes } = this.#options
    const all = { ...attributes, ...resourceAttributesOf(fields), ...configured }
    const key = JSON.stringify(all)
    const known = this.#logs.get(key)
    if (known !== undefined) return known
    if (this.#logs.size >= MAX_REMEMBERED) this.#logs.clear()
    const log = new ContainerLog({
      source: { key: `journald:${key}`, directory: '', liveName: '' },
      enriched: { resource: encodeAttributes(all), isComplete: true },
      handling: this.#handling,
      maxRecordBytes,
      nowMs: 0,
    })
    this.#logs.set(key, log)
    return log
  }
}

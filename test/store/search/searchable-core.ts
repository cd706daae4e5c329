import { BlockCache } from '../../../store/disk/block-cache.ts'
import type { Index } from '../../../store/index/indices.ts'
import { parseExact, printExact } from '../../../store/json/exact.ts'
import { ShapeRegistry } from '../../../store/json/shape.ts'
import { parseSearch } from '../../../store/search/request/parse-search.ts'
import { readSearchBody } from '../../../store/search/request/read-body.ts'
import { SearchEngine } from '../../../store/search/search-engine.ts'
import { Core } from '../core.ts'

export interface SearchAnswer {
  readonly timed_out: boolean
  readonly terminated_early?: boolean
  readonly _shards: { readonly failed: number; readonly failures?: readonly unknown[] }
  readonly hits: {
    readonly total?: { readonly value: number; readonly relation: string }
    readonly max_score: number | null
    readonly hits: readonly SearchHit[]
  }
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what they asked for
  readonly aggregations?: any
}

export interface SearchHit {
  readonly _index: string
  readonly _id: string
  readonly _score: number | null
  readonly _source?: Record<string, unknown>
  readonly sort?: readonly unknown[]
  readonly fields?: Record<string, unknown[]>
  readonly highlight?: Record<string, string[]>
}

const STILL = new AbortController().signal

/** The store's core with searches, without HTTP. */
export class SearchableCore {
  readonly core: Core
  readonly engine: SearchEngine
  readonly blocks: BlockCache

  constructor(directory: string, { maxDurationMs = 60_000, maxBuckets = 65_536 } = {}) {
    this.core = new Core(directory)
    const { files, indices, counters, clock, events } = this.core
    this.blocks = new BlockCache({ maxBytes: 2 ** 22, shapes: new ShapeRegistry() })
    const forget = files.onClose
    files.onClose = (file) => {
      forget(file)
      this.blocks.forgetFile(file)
    }
    this.engine = new SearchEngine({
      files,
      blocks: this.blocks,
      indices,
      counters,
      events,
      clock,
      nextSequence: () => this.core.state.nextSequence,
      maxDurationMs,
      maxBuckets,
    })
  }

  async search(body: object, expression = '_all', signal: AbortSignal = STILL): Promise<SearchAnswer> {
    const request = parseSearch(readSearchBody(Buffer.from(printExact(body))), new Map())
    const indices: readonly Index[] = this.core.indices.resolve(expression)
    return parseExact(await this.engine.search(request, indices, signal)) as SearchAnswer
  }

  async total(query: object): Promise<number> {
    const answer = await this.search({ query, size: 0, track_total_hits: true })
    return answer.hits.total!.value
  }
}

import type { Indices } from '../index/indices.ts'
import type { OpenContexts, PointInTime } from '../search/point-in-time.ts'
import type { SearchRequest } from '../search/request/search-request.ts'
import type { SearchEngine } from '../search/search-engine.ts'
import type { SearchQueue } from '../search/search-queue.ts'

/** What routes that search need. */
export interface SearchRoutesOptions {
  readonly indices: Indices
  readonly engine: SearchEngine
  readonly queue: SearchQueue
  readonly contexts: Contexts
}

/** A scroll: a search whose pages come one after the other. */
export interface Scroll {
  readonly at: PointInTime
  /** What the next page asks for. */
  request: SearchRequest
  /** Hits that there are; counted once. */
  readonly total: string
}

/** What clients come back to. */
export interface Contexts {
  readonly pits: OpenContexts<PointInTime>
  readonly scrolls: OpenContexts<Scroll>
}

import type { Block } from '../../block/block.ts'
import type { BlockCache } from '../../disk/block-cache.ts'
import { ElasticsearchError } from '../../elasticsearch-error.ts'
import { printExact } from '../../json/exact.ts'
import type { Target } from '../evaluate/compile.ts'
import type { SearchRequest } from '../request/search-request.ts'
import { SourcePruner } from '../request/source-filter.ts'
import type { SliceTimer } from '../run-slice.ts'
import type { Scan } from '../scan.ts'
import { printSortValue } from '../sort/sort-value.ts'
import type { Hit } from '../sort/top-hits.ts'
import { Highlighter } from './highlight.ts'
import { HitFields } from './hit-fields.ts'

/** An answer with more is not sent: it would take all memory. */
const MAX_ANSWER_BYTES = 96 * 1024 ** 2

export interface FetchOptions {
  readonly request: SearchRequest
  readonly blocks: BlockCache
  readonly scan: Scan
  readonly timer: SliceTimer
  /** What `now` means. */
  readonly nowMs: number
}

/** Reads the documents of hits and prints them as the answer has them. */
export class HitPrinter {
  readonly #options: FetchOptions
  readonly #pruner: SourcePruner | undefined
  readonly #fields = new Map<Target, HitFields>()
  readonly #highlighters = new Map<Target, Highlighter>()

  constructor(options: FetchOptions) {
    this.#options = options
    const { source } = options.request
    this.#pruner = source === undefined || source === false ? undefined : new SourcePruner(source)
  }

  /** @throws ElasticsearchError 429 if the hits are too large together */
  async print(hits: readonly Hit[]): Promise<string> {
    const { blocks, scan, timer } = this.#options
    const printed: string[] = []
    let length = 0
    for (const hit of hits) {
      try {
        const text = this.#hit(hit, blocks.read(hit.source.file, hit.source.meta))
        length += text.length
        printed.push(text)
      } catch (error) {
        scan.fail(hit.source, error)
      }
      if (length > MAX_ANSWER_BYTES) {
        throw new ElasticsearchError(
          429,
          'circuit_breaking_exception',
          `[hits] of the search have more than [${MAX_ANSWER_BYTES}] bytes; ask for fewer with [size], or for parts of them with [_source]`,
        )
      }
      await timer.pause()
    }
    return `[${printed.join(',')}]`
  }

  #hit(hit: Hit, block: Block): string {
    const { request } = this.#options
    const { source, row } = hit
    const { target } = source
    const parts = [`"_index":${JSON.stringify(target.index.shownName)}`, `"_id":${JSON.stringify(block.idOf(row))}`]
    if (request.withVersion) parts.push('"_version":1')
    parts.push(isScored(request) ? '"_score":1.0' : '"_score":null')
    if (request.source !== false) {
      const document = block.sourceOf(row).toString('utf8')
      parts.push(`"_source":${this.#pruner?.prune(document) ?? document}`)
    }
    const fields = this.#fieldsOf(target).read(block, row)
    if (fields !== undefined) parts.push(`"fields":${fields}`)
    const highlight = this.#highlighterOf(target)?.mark(block, row)
    if (highlight !== undefined) parts.push(`"highlight":${highlight}`)
    if (request.sort.length > request.hiddenKeys)
      parts.push(`"sort":${printExact(sortValues(request, hit).slice(0, request.sort.length - request.hiddenKeys))}`)
    return `{${parts.join(',')}}`
  }

  #fieldsOf(target: Target): HitFields {
    let fields = this.#fields.get(target)
    if (fields === undefined) {
      fields = new HitFields(this.#options.request.fields, target.plan.mapping)
      this.#fields.set(target, fields)
    }
    return fields
  }

  #highlighterOf(target: Target): Highlighter | undefined {
    const { request, nowMs } = this.#options
    if (request.highlight === undefined) return undefined
    let highlighter = this.#highlighters.get(target)
    if (highlighter === undefined) {
      highlighter = new Highlighter(request.highlight, request.query, target.plan.mapping, { nowMs })
      this.#highlighters.set(target, highlighter)
    }
    return highlighter
  }
}

/** The keys of a hit as the answer shows them, and as `search_after` takes them. */
export function sortValues({ sort }: SearchRequest, { source, values }: Hit): unknown[] {
  const { types, seen } = source.keys
  return sort.map((spec, key) => printSortValue(values[key], spec, types[key], seen[key]!))
}

/** Whether hits have a score, which is 1 for all of them. */
export function isScored({ sort, hiddenKeys }: SearchRequest): boolean {
  return sort.length === hiddenKeys || sort.some(({ field }) => field === '_score')
}

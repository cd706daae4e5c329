import type { IndexIdentity } from '../disk/day-change.ts'
import { newIndexUid, type StateFile } from '../disk/state-file.ts'
import { ElasticsearchError, illegalArgument } from '../elasticsearch-error.ts'
import { simplePattern } from '../mapping/json-object.ts'
import type { IndexPlan, Templates } from '../mapping/templates.ts'
import { backingIndexName, requireIndexName } from './names.ts'

/** An index or data stream. */
export interface Index extends IndexIdentity {
  /** What answers call it: for a data stream the name of its backing index. */
  readonly shownName: string
}

export interface IndicesOptions {
  readonly state: StateFile
  readonly templates: Templates
  readonly nowMs: () => number
}

/** Which indices and data streams there are, and what their names mean. */
export class Indices {
  readonly #options: IndicesOptions
  readonly #byName = new Map<string, Index>()

  constructor(options: IndicesOptions) {
    this.#options = options
    for (const identity of options.state.readIndices()) this.#add(identity)
  }

  #add(identity: IndexIdentity): Index {
    const { name, kind, createdMs } = identity
    const index: Index = { ...identity, shownName: kind === 'data_stream' ? backingIndexName(name, createdMs) : name }
    this.#byName.set(name, index)
    return index
  }

  /** All of them, by name. */
  get all(): readonly Index[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  get(name: string): Index | undefined {
    return this.#byName.get(name)
  }

  /** The mapping and settings of an index, from the templates as they are now. */
  planOf(index: Index): IndexPlan {
    return this.#options.templates.planFor(index.name)
  }

  /**
   * The index to write to. It is created, as the templates say, if there is none.
   *
   * @throws ElasticsearchError for a name that cannot be, and when a data stream is required and none applies
   */
  forWrite(name: string, requireDataStream: boolean): Index {
    const known = this.#byName.get(name)
    if (known !== undefined) {
      if (requireDataStream && known.kind !== 'data_stream')
        throw notFound(name, `[require_data_stream] request flag is [true] and [${name}] is not a data stream`)
      return known
    }
    requireIndexName(name)
    const plan = this.#options.templates.planFor(name)
    if (requireDataStream && !plan.isDataStream) {
      throw notFound(
        name,
        `no such index [${name}] and [require_data_stream] request flag is [true] and no matching index template with a data stream was found`,
      )
    }
    return this.#create(name, plan.isDataStream ? 'data_stream' : 'index')
  }

  /** @throws ElasticsearchError if it exists, or if no template makes it a data stream */
  createDataStream(name: string): void {
    requireIndexName(name)
    if (this.#byName.has(name)) {
      throw new ElasticsearchError(400, 'resource_already_exists_exception', `data_stream [${name}] already exists`)
    }
    if (!this.#options.templates.planFor(name).isDataStream) {
      throw illegalArgument(`no matching index template found for data stream [${name}]`)
    }
    this.#create(name, 'data_stream')
  }

  #create(name: string, kind: IndexIdentity['kind']): Index {
    const identity: IndexIdentity = { uid: newIndexUid(), name, kind, createdMs: this.#options.nowMs() }
    this.#options.state.addIndex(identity)
    return this.#add(identity)
  }

  /** Forgets indices; from now on nobody finds their documents. */
  delete(indices: readonly Index[]): void {
    this.#options.state.deleteIndices(indices.map(({ uid }) => uid))
    for (const { name } of indices) this.#byName.delete(name)
  }

  /**
   * The indices that an expression means: names, wildcards, `_all`, aliases and backing indices, joined by commas; a
   * part with a minus before it takes away from those before.
   *
   * @throws ElasticsearchError index_not_found_exception for a concrete name that is none, unless they may be missing
   */
  resolve(expression: string, { ignoreUnavailable = false, allowNoIndices = true } = {}): readonly Index[] {
    const found = new Set<Index>()
    const parts =
      expression === '' || expression === '_all' ? ['*'] : expression.split(',').filter((part) => part !== '')
    for (const [place, part] of parts.entries()) {
      if (part.startsWith('-') && place > 0) {
        for (const index of this.#matching(part.slice(1))) found.delete(index)
        continue
      }
      const matching = this.#matching(part)
      if (matching.length === 0 && !part.includes('*') && !ignoreUnavailable)
        throw notFound(part, `no such index [${part}]`)
      for (const index of matching) found.add(index)
    }
    if (found.size === 0 && !allowNoIndices) throw notFound(expression, `no such index [${expression}]`)
    return [...found]
  }

  #matching(part: string): Index[] {
    const exact = this.#byName.get(part)
    if (exact !== undefined) return [exact]
    const matches = simplePattern(part)
    return this.all.filter(
      (index) =>
        (matches(index.name) && !(index.name.startsWith('.') && !part.startsWith('.'))) ||
        index.shownName === part ||
        this.planOf(index).aliases.some(matches),
    )
  }
}

function notFound(name: string, reason: string): ElasticsearchError {
  return new ElasticsearchError(404, 'index_not_found_exception', reason, {
    extra: { 'resource.type': 'index_or_alias', 'resource.id': name, index_uuid: '_na_', index: name },
  })
}

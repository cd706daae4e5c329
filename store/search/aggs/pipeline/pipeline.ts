import { ElasticsearchError, validationError } from '../../../elasticsearch-error.ts'

/** Results by name, as the answer has them: those of a bucket, or of a whole search. */
export type Results = Record<string, unknown>

/** A bucket of a bucket aggregation, as the answer has it. */
export interface ShownBucket extends Results {
  doc_count: number
}

/** An aggregation that reads the results of others instead of documents. */
export interface Pipeline {
  /** Paths to what it reads; of each the first name is one of its siblings, or begins with an underscore. */
  readonly paths: readonly string[]
  /** Makes of the buckets around it, which all have their other results already, those that are shown. */
  readonly parent?: (buckets: ShownBucket[]) => ShownBucket[]
  /** Its own result, of the results beside it. */
  readonly sibling?: (results: Results) => Results
  /** Buckets must be intervals that follow each other without gaps. */
  readonly needsHistogram?: boolean
}

export interface NamedPipeline extends Pipeline {
  readonly name: string
  readonly type: string
  readonly meta: unknown
}

/**
 * Puts pipelines in an order in which each comes after those that it reads.
 *
 * @param names of the aggregations beside them that read documents
 * @throws ElasticsearchError for a path that leads nowhere, or in a circle
 */
export function inOrder(pipelines: readonly NamedPipeline[], names: ReadonlySet<string>): readonly NamedPipeline[] {
  const byName = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]))
  const done = new Set<NamedPipeline>()
  const entered = new Set<NamedPipeline>()
  const visit = (pipeline: NamedPipeline) => {
    if (done.has(pipeline)) return
    if (entered.has(pipeline))
      throw new ElasticsearchError(
        400,
        'illegal_argument_exception',
        `Cyclical dependency found with pipeline aggregator [${pipeline.name}]`,
      )
    entered.add(pipeline)
    for (const path of pipeline.paths) {
      const first = firstName(path)
      const other = byName.get(first)
      if (other !== undefined) visit(other)
      else if (!first.startsWith('_') && !names.has(first))
        throw validationError(`No aggregation found for path [${path}]`)
    }
    done.add(pipeline)
  }
  for (const pipeline of pipelines) visit(pipeline)
  return [...done]
}

function firstName(path: string): string {
  const [first = ''] = path.split('>')
  const [name = ''] = first.split('[')
  if (name !== first) return name
  const dot = first.lastIndexOf('.')
  return dot < 0 ? first : first.slice(0, dot)
}

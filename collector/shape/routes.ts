import type { Chunk } from '#lib/match/chunk.ts'
import { Condition } from './condition.ts'
import type { ShapeRoute } from './config.ts'
import { NameTemplate } from './name-template.ts'
import type { RecordView } from './record-view.ts'
import type { ResourceView } from './resource-view.ts'

/** Where records go of which no route says anything. */
export interface UsualStream {
  readonly dataset: string
  readonly namespace: string
}

/** A route of the configuration, ready for use. */
export class Route {
  readonly condition: Condition
  readonly #dataset: NameTemplate
  readonly #namespace: NameTemplate

  constructor(route: ShapeRoute, usual: UsualStream, chunk: Chunk) {
    this.condition = new Condition(route, chunk)
    this.#dataset = new NameTemplate(route.dataset ?? usual.dataset, 'dataset')
    this.#namespace = new NameTemplate(route.namespace ?? usual.namespace, 'namespace')
  }

  /** Whether its data stream is the same for all records of a resource. */
  get isOfResource(): boolean {
    return this.#dataset.isOfResource && this.#namespace.isOfResource
  }

  /** The data stream of a record; undefined if the record lacks a field that is in its name. */
  streamOf(resource: ResourceView, record: RecordView): Buffer | undefined {
    const dataset = this.#dataset.render(resource, record)
    const namespace = this.#namespace.render(resource, record)
    return dataset === undefined || namespace === undefined ? undefined : Buffer.from(`logs-${dataset}-${namespace}`)
  }
}

/** A route for the records of one resource. */
export class ResourceRoute {
  readonly #route: Route
  readonly #resource: ResourceView
  /** If it is the same for all of them. */
  #stream: Buffer | undefined

  constructor(route: Route, resource: ResourceView) {
    this.#route = route
    this.#resource = resource
  }

  /** The data stream of a record; undefined if the route is not about it. */
  streamOf(record: RecordView): Buffer | undefined {
    if (!this.#route.condition.isMet(record)) return undefined
    if (this.#stream !== undefined) return this.#stream
    const stream = this.#route.streamOf(this.#resource, record)
    if (this.#route.isOfResource) this.#stream = stream
    return stream
  }
}

/** Patterns of the datasets that routes make, for the index template. */
export function datasetPatterns(routes: readonly ShapeRoute[]): readonly string[] {
  const patterns = routes.flatMap(({ dataset }) =>
    dataset === undefined ? [] : [new NameTemplate(dataset, 'dataset').pattern],
  )
  return [...new Set(patterns)]
}

/** The usual data stream and patterns of those that routes make, for a search in all of them. */
export function searchedStreams(usual: UsualStream, routes: readonly ShapeRoute[]): readonly string[] {
  const patterns = routes.map(({ dataset, namespace }) => {
    const middle = new NameTemplate(dataset ?? usual.dataset, 'dataset').pattern
    return `logs-${middle}-${new NameTemplate(namespace ?? usual.namespace, 'namespace').pattern}`
  })
  return [...new Set([`logs-${usual.dataset}-${usual.namespace}`, ...patterns])]
}

import type { DerivedCounter } from './derived-counter.ts'
import type { DerivedHistogram } from './derived-histogram.ts'
import type { JsonChoice } from './json-stage.ts'
import type { ResourceView } from './resource-view.ts'
import type { ResourceRoute } from './routes.ts'
import type { Rule } from './rules.ts'

/** What has to be done with the records of a resource. */
export interface Plan {
  /** Whether there is anything. */
  readonly isNeeded: boolean
  readonly resource: ResourceView
  readonly json: readonly JsonChoice[]
  readonly counters: readonly DerivedCounter[]
  readonly histograms: readonly DerivedHistogram[]
  readonly rules: readonly Rule[]
  readonly routes: readonly ResourceRoute[]
}

/** Keys of plans together; beyond, all are forgotten and soon made again. */
const MAX_KEY_BYTES = 8 * 1024 ** 2

/** Plans by the bytes of the resource, which are the same again and again. */
export class Plans {
  readonly #make: (request: Buffer, start: number, end: number) => Plan
  readonly #known = new Map<string, Plan>()
  #keyBytes = 0

  constructor(make: (request: Buffer, start: number, end: number) => Plan) {
    this.#make = make
  }

  of(request: Buffer, start: number, end: number): Plan {
    const key = request.toString('latin1', start, end)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const made = this.#make(request, start, end)
    this.#keyBytes += key.length
    if (this.#keyBytes > MAX_KEY_BYTES) {
      this.#known.clear()
      this.#keyBytes = key.length
    }
    this.#known.set(key, made)
    return made
  }
}

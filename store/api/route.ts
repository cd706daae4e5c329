import type { JsonObject } from '../mapping/json-object.ts'

/** A request that found its route. */
export interface ApiRequest {
  /** Parts of the path that the route leaves open. */
  readonly path: Readonly<Record<string, string>>
  /** Parameters of the URL; all of them are known to the route. */
  readonly parameters: ReadonlyMap<string, string>
  readonly method: string
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal
}

/** What is answered: JSON, as an object or already printed, or nothing. */
export interface ApiAnswer {
  readonly status: number
  readonly body: JsonObject | string | undefined
  /** The media type of the body, where it is not JSON. */
  readonly type?: string
  /** The body is already what `filter_path` leaves of it. */
  readonly isFiltered?: boolean
}

export interface Route {
  readonly methods: readonly string[]
  /** `/{index}/_search`: a part in braces stands for any text. */
  readonly path: string
  /** Parameters that the handler understands. */
  readonly parameters: readonly string[]
  readonly handle: (request: ApiRequest, body: Buffer) => ApiAnswer | Promise<ApiAnswer>
}

/** Parameters of every route. They change how an answer is printed, or nothing. */
export const COMMON_PARAMETERS = ['filter_path', 'pretty', 'human', 'error_trace']

export function answer(body: JsonObject | string, status = 200): ApiAnswer {
  return { status, body }
}

export const ACKNOWLEDGED = answer({ acknowledged: true })

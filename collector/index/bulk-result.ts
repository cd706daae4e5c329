import { AllCreated } from './answer-serializer.ts'

/** What became of one document. */
export type Outcome =
  | { readonly kind: 'indexed' }
  /** Indexed, but not where it should be: its mapping or a pipeline failed. */
  | { readonly kind: 'failure_store' }
  /** The id was there already: a redelivery, and as good as indexed. */
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'retry'; readonly status: number; readonly type: string; readonly reason: string }
  /** It will never be taken. */
  | { readonly kind: 'refused'; readonly status: number; readonly type: string; readonly reason: string }

/** What the answer to a bulk request is asked to contain, because the rest would be half of the traffic. */
export const FILTER_PATH = 'errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.failure_store'

interface Item {
  readonly status?: number
  readonly error?: { readonly type?: string; readonly reason?: string }
  readonly failure_store?: string
}

const INDEXED: Outcome = { kind: 'indexed' }
const FAILURE_STORE: Outcome = { kind: 'failure_store' }
const DUPLICATE: Outcome = { kind: 'duplicate' }

/**
 * Reads the answer to a bulk request. Its items are in the order of the request; the HTTP status says nothing of them.
 *
 * @returns an outcome for each of the documents, or undefined if the answer does not fit the request
 */
export function readBulkResult(body: unknown, documents: number): readonly Outcome[] | undefined {
  if (body instanceof AllCreated) {
    return body.documents === documents ? new Array<Outcome>(documents).fill(INDEXED) : undefined
  }
  const items = (body as { items?: unknown } | undefined | null)?.items
  if (!Array.isArray(items) || items.length !== documents) return undefined
  const outcomes: Outcome[] = []
  for (const item of items as readonly ({ readonly create?: Item | null; readonly index?: Item | null } | null)[]) {
    const result = item?.create ?? item?.index
    // What is no answer must not bury a document.
    if (result == null || !isStatus(result.status)) return undefined
    outcomes.push(outcomeOf(result))
  }
  return outcomes
}

function isStatus(status: unknown): boolean {
  return Number.isInteger(status) && (status as number) >= 200 && (status as number) < 600
}

function outcomeOf(item: Item): Outcome {
  const { status = 0 } = item
  // 200 is a document that an ingest pipeline dropped on purpose.
  if (status === 201 || status === 200) return item.failure_store === 'used' ? FAILURE_STORE : INDEXED
  if (status === 409) return DUPLICATE
  const type = String(item.error?.type ?? 'unknown')
  const reason = String(item.error?.reason ?? '')
  return { kind: isRetryable(status, type) ? 'retry' : 'refused', status, type, reason }
}

/**
 * Beyond overload, an index that is missing, blocked or forbidden is mended by an operator: its documents wait, they
 * are not at fault.
 */
function isRetryable(status: number, type: string): boolean {
  if (status === 429 || status === 502 || status === 503 || status === 504) return true
  if (status === 401 || status === 403) return true
  return status === 404 && type === 'index_not_found_exception'
}

import type { StoredLetter } from './dead-letters.ts'

const NEWLINE = 10

/** A letter without its document, as the API answers it. */
export function summarize({ id, head, bytes }: StoredLetter): object {
  const { at, status, type, reason, index, documentId, attempts, kind, records, receivedAtMs } = head
  return {
    ...{ id, at, kind, records, bytes: bytes.length, attempts },
    ...{ index, document_id: documentId, error: { status, type, reason } },
    ...(receivedAtMs === 0 ? {} : { received_at: new Date(receivedAtMs).toISOString() }),
  }
}

/** A letter with its action and document as they were sent, or with its bytes in base64 if it is no document. */
export function showLetter(letter: StoredLetter): object {
  const { head, bytes } = letter
  if (head.kind !== 'bulk' || head.records !== 1) {
    return { ...summarize(letter), encoding: head.encoding, entry: bytes.toString('base64') }
  }
  const newline = bytes.indexOf(NEWLINE)
  // As text: parsed and printed again, integers beyond 2^53 would be others.
  return {
    ...summarize(letter),
    action: bytes.toString('utf8', 0, newline),
    document: bytes.toString('utf8', newline + 1).trimEnd(),
  }
}

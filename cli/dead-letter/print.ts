import { formatBytes } from '#lib/bytes.ts'
import { forTerminal } from '../query/terminal-text.ts'

/** A letter without its document, as the collector answers it. */
export interface Summary {
  readonly id: number
  readonly at: string
  readonly kind: string
  readonly records: number
  readonly bytes: number
  readonly attempts: number
  readonly index: string
  readonly document_id: string
  readonly received_at?: string
  readonly error: { readonly status: number; readonly type: string; readonly reason: string }
}

export interface Letter extends Summary {
  /** As they were sent; not there if the letter is no document. */
  readonly action?: string
  readonly document?: string
  /** In base64, with the encoding of what is in it. */
  readonly entry?: string
  readonly encoding?: string
}

const LONGEST_REASON = 160

/** One line. */
export function printSummary({ id, at, kind, records, bytes, attempts, index, error }: Summary): string {
  const target = index === '' ? `${records} records of ${kind}` : index
  const again = attempts > 1 ? ` attempt ${attempts}` : ''
  const reason = error.reason.slice(0, LONGEST_REASON)
  return `${id} ${at} ${target} ${error.status} ${error.type}${again} ${formatBytes(bytes)} ${clean(reason)}\n`
}

export function printLetter(letter: Letter): string {
  const { id, at, index, document_id: documentId, attempts, error, received_at: receivedAt } = letter
  const lines = [
    `letter    ${id}`,
    `buried    ${at}`,
    ...(receivedAt === undefined ? [] : [`received  ${receivedAt}`]),
    `attempts  ${attempts}`,
    `error     ${error.status} ${error.type}`,
    `reason    ${clean(error.reason)}`,
    ...(index === '' ? [] : [`target    ${index}`, `id        ${clean(documentId)}`]),
  ]
  if (letter.document !== undefined) lines.push('document', clean(letter.document))
  else lines.push(`entry     ${letter.records} records, ${letter.encoding}, base64`, letter.entry ?? '')
  return `${lines.join('\n')}\n`
}

function clean(text: string): string {
  return process.stdout.isTTY ? forTerminal(text) : text
}

const LONGEST = 200

/**
 * A reason of Elasticsearch's as it may go to a log: what it quotes may be of a document, which belongs to its users.
 */
export function withoutContent(reason: string): string {
  return reason
    .replace(/Preview of field's value:.*/s, '')
    .replace(/'(?:[^']|'(?=\w))*'|"[^"]*"|\{.*\}/gs, '…')
    .slice(0, LONGEST)
    .trim()
}

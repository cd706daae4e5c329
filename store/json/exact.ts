/**
 * Parses JSON without losing digits: a whole number beyond 2^53 becomes a bigint.
 *
 * @throws SyntaxError as JSON.parse does
 */
export function parseExact(text: string): unknown {
  return JSON.parse(text, (_key, value, { source }) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
    return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value
  })
}

/** Prints JSON; a bigint becomes a number with all its digits, what is no finite number a text, as Elasticsearch has it. */
export function printExact(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return JSON.rawJSON(String(item))
    return typeof item === 'number' && !Number.isFinite(item) ? String(item) : item
  })
}

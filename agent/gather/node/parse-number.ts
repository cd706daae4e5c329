/** A number of the kernel. @throws if it is none: `undefined` and the empty text are none */
export function parseNumber(text: string | undefined, what: string): number {
  const value = text === undefined || text === '' ? Number.NaN : Number(text)
  if (!Number.isFinite(value)) throw new Error(`${what} should be a number and is ${describe(text)}`)
  return value
}

/** The same, of digits 0-9a-f. */
export function parseHex(text: string | undefined, what: string): number {
  if (text === undefined || !/^(0x)?[0-9a-f]{1,16}$/i.test(text)) {
    throw new Error(`${what} should be a hexadecimal number and is ${describe(text)}`)
  }
  return Number.parseInt(text, 16)
}

/** A file that holds nothing but a number, or nothing. */
export function parseOptional(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? ''
  const value = Number(trimmed)
  return trimmed === '' || !Number.isFinite(value) ? undefined : value
}

function describe(text: string | undefined): string {
  return text === undefined ? 'missing' : JSON.stringify(text.slice(0, 40))
}

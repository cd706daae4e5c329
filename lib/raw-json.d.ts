/** JSON.parse source text access, which TypeScript's library does not have yet. */
interface JSON {
  /** What is printed as it is written: a number with all its digits. */
  rawJSON(text: string): object
  isRawJSON(value: unknown): boolean
  /** `source` is the text of a value that is no object and no list. */
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
}

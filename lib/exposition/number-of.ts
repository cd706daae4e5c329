import { NumberReader } from './number-reader.ts'

/** The number that the value of a label (`le`, `quantile`) is, by the rules of samples; undefined if it is none. */
export function numberOf(text: string): number | undefined {
  const bytes = Buffer.from(text)
  const reader = new NumberReader()
  return reader.read(bytes, 0, bytes.length) && !Number.isNaN(reader.value) ? reader.value : undefined
}

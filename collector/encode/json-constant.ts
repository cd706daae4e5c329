import type { Arena } from './arena.ts'

/** A text that is written often, as 32-bit numbers: for a few bytes a loop over them beats a call into the runtime. */
export interface JsonConstant {
  readonly words: Int32Array
  readonly length: number
}

/** @param text UTF-8 when it is written; short, or copying it whole would be faster */
export function jsonConstant(text: string): JsonConstant {
  const bytes = Buffer.from(text)
  const padded = Buffer.alloc(Math.ceil(bytes.length / 4) * 4)
  bytes.copy(padded)
  const words = Int32Array.from({ length: padded.length / 4 }, (_, index) => padded.readInt32LE(index * 4))
  return { words, length: bytes.length }
}

/** Appends a constant; up to three bytes more are written behind it, for which the arena must have room. */
export function writeConstant(arena: Arena, { words, length }: JsonConstant): void {
  const { view, length: at } = arena
  for (let index = 0; index < words.length; index++) view.setInt32((at + (index << 2)) | 0, words[index]!, true)
  arena.length = at + length
}

import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { type Files, replaceFile } from '#lib/files.ts'

/**
 * Which letters of a segment were replayed or dropped: a bit for each, in a file beside the segment that is replaced as a
 * whole. One that is damaged counts as none: what was replayed is then replayed again, under the same ids.
 */
export class DoneLetters {
  /** Number of the first letter of the segment. */
  readonly base: number
  readonly #path: string
  #bits: Buffer
  #count = 0

  private constructor(path: string, base: number, bits: Buffer) {
    this.#path = path
    this.base = base
    this.#bits = bits
    for (const byte of bits) for (let rest = byte; rest > 0; rest &= rest - 1) this.#count += 1
  }

  /** @param base what the segment says; the file remembers it if the segment was damaged since */
  static async open(files: Files, directory: string, sequence: number, base: number): Promise<DoneLetters> {
    const path = join(directory, doneFileName(sequence))
    const saved = await readSaved(files, path)
    if (saved === undefined || saved.base > base) return new DoneLetters(path, base, Buffer.alloc(0))
    return new DoneLetters(path, saved.base, saved.bits)
  }

  /** How many are done. */
  get count(): number {
    return this.#count
  }

  has(id: number): boolean {
    const place = id - this.base
    return ((this.#bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0
  }

  /** Marks letters; durable once {@link save} resolved. */
  add(id: number): void {
    if (this.has(id)) return
    const place = id - this.base
    if (place >> 3 >= this.#bits.length) {
      this.#bits = Buffer.concat([this.#bits, Buffer.alloc(Math.max(64, this.#bits.length, (place >> 3) + 1))])
    }
    this.#bits[place >> 3] = (this.#bits[place >> 3] ?? 0) | (1 << (place & 7))
    this.#count += 1
  }

  async save(files: Files): Promise<void> {
    const content = { base: this.base, bits: this.#bits.toString('base64') }
    await replaceFile(files, this.#path, JSON.stringify({ ...content, crc: crc32(JSON.stringify(content)) }))
  }

  /** The segment is gone. */
  async delete(files: Files): Promise<void> {
    await files.unlink(this.#path).catch(() => {})
  }
}

async function readSaved(files: Files, path: string): Promise<{ base: number; bits: Buffer } | undefined> {
  try {
    const { crc, ...content } = JSON.parse(await files.readFile(path, 'utf8')) as {
      base: number
      bits: string
      crc: number
    }
    if (crc !== crc32(JSON.stringify(content))) return undefined
    return { base: content.base, bits: Buffer.from(content.bits, 'base64') }
  } catch {
    return undefined
  }
}

function doneFileName(sequence: number): string {
  return `${String(sequence).padStart(16, '0')}.done`
}

import { createLineCode, type LineCode } from './deflate/line-code.ts'
import { LineDeflater } from './deflate/line-deflater.ts'
import { Programs } from './deflate/programs.ts'

/** Makes compressors of pages; what they find out about labels is kept for the next page. */
export class Compression {
  #code: LineCode | undefined
  #programs: Programs | undefined

  /** What it keeps. */
  get bytes(): number {
    return this.#programs?.bytes ?? 0
  }

  open(): LineDeflater {
    this.#code ??= createLineCode()
    this.#programs ??= new Programs(this.#code)
    return new LineDeflater(this.#code, this.#programs)
  }
}

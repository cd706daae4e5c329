import { endOfWord, isBlank, QUOTE, SPACE, skipBlanks } from './bytes.ts'
import { LineProblem } from './exposition-error.ts'
import type { Metadata } from './families.ts'
import type { ExpositionFormat } from './format.ts'
import { endOfName, found } from './series-reader.ts'
import { endOfQuoted, readEscaped, readHelp, readText } from './text-reader.ts'

/** Reads lines that begin with `#`. */
export class MetadataReader {
  readonly #isOpenMetrics: boolean
  readonly #maxNameBytes: number
  /** Of the metric. */
  name = ''
  /** Its type, help or unit. */
  text = ''

  constructor(format: ExpositionFormat, maxNameBytes: number) {
    this.#isOpenMetrics = format === 'openmetrics'
    this.#maxNameBytes = maxNameBytes
  }

  /** @returns what a line states, or undefined for a comment */
  read(bytes: Buffer, from: number, to: number): Metadata | 'EOF' | undefined {
    const isOpenMetrics = this.#isOpenMetrics
    const begin = isOpenMetrics ? from + 2 : skipBlanks(bytes, from + 1, to)
    const end = endOfWord(bytes, begin, to)
    const keyword = bytes.toString('latin1', begin, Math.min(end, begin + 5))
    if (isOpenMetrics && bytes[from + 1] === SPACE && keyword === 'EOF' && end === to) return 'EOF'
    const isMetadata = keyword === 'HELP' || keyword === 'TYPE' || (keyword === 'UNIT' && isOpenMetrics)
    if (!isMetadata || !isBlank(bytes[from + 1])) {
      if (!isOpenMetrics) return undefined
      throw new LineProblem(`a line with "#" is one of HELP, TYPE, UNIT or EOF, not ${found(bytes, from, to)}`)
    }
    const nameEnd = this.#readName(bytes, this.#next(bytes, end, to), to)
    const textBegin = nameEnd === to && keyword !== 'TYPE' ? to : this.#next(bytes, nameEnd, to)
    if (keyword === 'HELP') this.text = readHelp(bytes, textBegin, to, isOpenMetrics)
    else
      this.text = readText(bytes, textBegin, isOpenMetrics ? to : beforeBlanks(bytes, textBegin, to), `the ${keyword}`)
    return keyword as Metadata
  }

  /** @returns where it ends */
  #readName(bytes: Buffer, from: number, to: number): number {
    const isQuoted = from < to && bytes[from] === QUOTE
    const end = isQuoted ? endOfQuoted(bytes, from + 1, to) : endOfName(bytes, from, to, true)
    this.name = isQuoted ? readEscaped(bytes, from + 1, end, 'the name') : bytes.toString('latin1', from, end)
    const next = isQuoted ? end + 1 : end
    if (this.name === '' || (next < to && !isBlank(bytes[next]))) {
      throw new LineProblem(`metadata is of a metric, whose name cannot be ${found(bytes, from, to)}`)
    }
    if (end - from > this.#maxNameBytes) {
      throw new LineProblem(`a name has more than ${this.#maxNameBytes} bytes`, 'limit')
    }
    return next
  }

  #next(bytes: Buffer, from: number, to: number): number {
    if (!this.#isOpenMetrics) return skipBlanks(bytes, from, to)
    if (from < to && bytes[from] !== SPACE)
      throw new LineProblem(`one space was expected, not ${found(bytes, from, to)}`)
    return Math.min(from + 1, to)
  }
}

function beforeBlanks(bytes: Buffer, from: number, to: number): number {
  let end = to
  while (end > from && isBlank(bytes[end - 1])) end--
  return end
}

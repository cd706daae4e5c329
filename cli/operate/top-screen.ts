import type { ReadStream, WriteStream } from 'node:tty'

const ESCAPE = '\x1b['
const ENTER = `${ESCAPE}?1049h${ESCAPE}?25l`
const LEAVE = `${ESCAPE}?25h${ESCAPE}?1049l`
const HOME = `${ESCAPE}H`
const CLEAR_LINE = `${ESCAPE}K`
const CLEAR_BELOW = `${ESCAPE}J`

export interface TopScreenOptions {
  readonly output: WriteStream
  readonly input: ReadStream
  readonly onKey: (key: string) => void
  readonly onResize: () => void
}

/** The terminal while a table is refreshed in it; what was there before comes back at the end. */
export class TopScreen {
  readonly #options: TopScreenOptions
  readonly #onData = (data: Buffer) => this.#options.onKey(data.toString('latin1'))
  readonly #onExit = () => this.close()
  #isOpen = false

  constructor(options: TopScreenOptions) {
    this.#options = options
  }

  get width(): number {
    return this.#options.output.columns
  }

  get height(): number {
    return this.#options.output.rows
  }

  open(): void {
    const { input, output, onResize } = this.#options
    this.#isOpen = true
    output.write(ENTER)
    output.on('resize', onResize)
    process.on('exit', this.#onExit)
    if (!input.isTTY) return
    input.setRawMode(true)
    input.on('data', this.#onData)
    input.resume()
  }

  draw(lines: readonly string[]): void {
    const text = lines.slice(0, this.height).map((line) => `${line}${CLEAR_LINE}`)
    this.#options.output.write(`${HOME}${text.join('\r\n')}${CLEAR_BELOW}`)
  }

  close(): void {
    const { input, output, onResize } = this.#options
    if (!this.#isOpen) return
    this.#isOpen = false
    output.off('resize', onResize)
    process.off('exit', this.#onExit)
    output.write(LEAVE)
    if (!input.isTTY) return
    input.off('data', this.#onData)
    input.setRawMode(false)
    input.pause()
  }
}

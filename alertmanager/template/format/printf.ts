import { integerOf, textOf, typeName, type Value } from '../value/value.ts'
import { noFlags } from './flags.ts'
import { Printer, type PrinterOptions } from './printer.ts'

/** Larger widths, precisions and argument numbers are taken for mistakes, as in Go. */
const MAX_NUMBER = 1_000_000

/** Formats as Go's `fmt.Sprintf` does, down to the notes about what does not fit. */
export function sprintf(format: string, args: readonly Value[], options: PrinterOptions): string {
  return new Formatter(format, args, options).run()
}

/** Prints as Go's `fmt.Sprint` does: a space between two of which neither is a text. */
export function sprint(args: readonly Value[], options: PrinterOptions): string {
  const printer = new Printer(options)
  let wasText = false
  for (const [index, value] of args.entries()) {
    const isText = textOf(value) !== undefined
    if (index > 0 && !isText && !wasText) printer.write(' ')
    printer.print(value, 'v')
    wasText = isText
  }
  return printer.text
}

/** Prints as Go's `fmt.Sprintln` does. */
export function sprintln(args: readonly Value[], options: PrinterOptions): string {
  const printer = new Printer(options)
  for (const [index, value] of args.entries()) {
    if (index > 0) printer.write(' ')
    printer.print(value, 'v')
  }
  printer.write('\n')
  return printer.text
}

class Formatter {
  readonly #format: string
  readonly #args: readonly Value[]
  readonly #printer: Printer
  #pos = 0
  #arg = 0
  #reordered = false
  /** Whether the last thing read was an argument number in brackets. */
  #afterIndex = false
  #goodIndex = true

  constructor(format: string, args: readonly Value[], options: PrinterOptions) {
    this.#format = format
    this.#args = args
    this.#printer = new Printer(options)
  }

  run(): string {
    for (;;) {
      const percent = this.#format.indexOf('%', this.#pos)
      if (percent < 0) break
      this.#printer.write(this.#format.slice(this.#pos, percent))
      this.#pos = percent + 1
      this.#directive()
    }
    this.#printer.write(this.#format.slice(this.#pos))
    if (!this.#reordered && this.#arg < this.#args.length) this.#extra()
    return this.#printer.text
  }

  #directive(): void {
    const flags = noFlags()
    this.#printer.flags = flags
    this.#goodIndex = true
    this.#afterIndex = false
    const [signs = ''] = /^[#0+\- ]*/.exec(this.#format.slice(this.#pos, this.#pos + MAX_SIGNS)) ?? []
    flags.sharp = signs.includes('#')
    flags.zero = signs.includes('0')
    flags.plus = signs.includes('+')
    flags.minus = signs.includes('-')
    flags.space = signs.includes(' ')
    this.#pos += signs.length
    this.#index()
    this.#width()
    this.#precision()
    if (!this.#afterIndex) this.#index()
    this.#verb()
  }

  #width(): void {
    const { flags } = this.#printer
    if (this.#takes('*')) {
      const width = this.#integerArgument()
      if (width === undefined) this.#printer.write('%!(BADWIDTH)')
      else if (width < 0) {
        flags.minus = true
        flags.zero = false
      }
      flags.width = width === undefined ? undefined : Math.abs(width)
      this.#afterIndex = false
      return
    }
    flags.width = this.#number()
    if (this.#afterIndex && flags.width !== undefined) this.#goodIndex = false
  }

  #precision(): void {
    if (this.#format[this.#pos] !== '.' || this.#pos + 1 >= this.#format.length) return
    const { flags } = this.#printer
    this.#pos++
    if (this.#afterIndex) this.#goodIndex = false
    this.#index()
    if (!this.#takes('*')) {
      flags.precision = this.#number() ?? 0
      return
    }
    const precision = this.#integerArgument()
    flags.precision = precision !== undefined && precision >= 0 ? precision : undefined
    if (flags.precision === undefined) this.#printer.write('%!(BADPREC)')
    this.#afterIndex = false
  }

  #verb(): void {
    const code = this.#format.codePointAt(this.#pos)
    const verb = code === undefined ? '' : String.fromCodePoint(code)
    this.#pos += verb.length
    if (verb === '') this.#printer.write('%!(NOVERB)')
    else if (verb === '%') this.#printer.write('%')
    else if (!this.#goodIndex) this.#printer.write(`%!${verb}(BADINDEX)`)
    else if (this.#arg >= this.#args.length) this.#printer.write(`%!${verb}(MISSING)`)
    else this.#argument(verb)
  }

  #argument(verb: string): void {
    const { flags } = this.#printer
    if (verb === 'v' || verb === 'w') {
      flags.sharpV = flags.sharp
      flags.sharp = false
      flags.plusV = flags.plus
      flags.plus = false
    }
    this.#printer.print(this.#args[this.#arg++]!, verb)
  }

  #takes(unit: string): boolean {
    if (this.#format[this.#pos] !== unit) return false
    this.#pos++
    return true
  }

  #number(): number | undefined {
    const start = this.#pos
    let number = 0
    for (; /^\d$/.test(this.#format[this.#pos] ?? ''); this.#pos++) {
      if (number > MAX_NUMBER) {
        // A number as long as that takes the rest of the format with it.
        this.#pos = this.#format.length
        return undefined
      }
      number = number * 10 + Number(this.#format[this.#pos])
    }
    return this.#pos === start ? undefined : number
  }

  /** Reads `[3]`: which argument comes next. */
  #index(): void {
    this.#afterIndex = false
    if (this.#format[this.#pos] !== '[') return
    this.#reordered = true
    const close = this.#format.indexOf(']', this.#pos)
    if (close < 0) {
      this.#pos++
      this.#goodIndex = false
      return
    }
    const text = this.#format.slice(this.#pos + 1, Math.min(close, this.#pos + 9))
    this.#pos = close + 1
    if (!/^\d{1,7}$/.test(text)) {
      this.#goodIndex = false
      return
    }
    this.#afterIndex = true
    const index = Number(text) - 1
    if (index >= 0 && index < this.#args.length) this.#arg = index
    else this.#goodIndex = false
  }

  #integerArgument(): number | undefined {
    if (this.#arg >= this.#args.length) return undefined
    const value = integerOf(this.#args[this.#arg++]!)
    return value === undefined || value > MAX_NUMBER || value < -MAX_NUMBER ? undefined : Number(value)
  }

  #extra(): void {
    this.#printer.flags = noFlags()
    this.#printer.write('%!(EXTRA ')
    for (const [index, value] of this.#args.slice(this.#arg).entries()) {
      if (index > 0) this.#printer.write(', ')
      if (value !== null) this.#printer.write(`${typeName(value)}=`)
      this.#printer.print(value, 'v')
    }
    this.#printer.write(')')
  }
}

/** Flags that are repeated more often than that belong to an attack. */
const MAX_SIGNS = 1_000

import { type Argument, type Command, CommandError, type Flag, type Program, Values } from './grammar.ts'

/** What a command line asks for. */
export interface Parsed {
  /** The program, and the commands below it down to the one that is meant. */
  readonly path: readonly Command[]
  readonly values: Values
  readonly asks: 'help' | 'help-long' | 'version' | undefined
  /** The words after `help`. */
  readonly helpWords: readonly string[]
}

const ASKING = ['help', 'help-long', 'help-man', 'version'] as const

/**
 * Parses a command line in kingpin's way: flags anywhere after the command that they belong to, `--name value`,
 * `--name=value`, `-nvalue`, `-abc` for switches, `--no-name`, `--` before words that begin with a dash; a command that
 * is not named is the default one of its level.
 *
 * @param defaults values of flags that are not given, by their names
 * @throws CommandError in kingpin's words
 */
export function parseCommandLine(
  argv: readonly string[],
  program: Program,
  defaults: ReadonlyMap<string, string> = new Map(),
): Parsed {
  const reader = new Reader(argv, program)
  reader.read()
  return reader.result(defaults)
}

/** Reads words from left to right, going down into commands. */
class Reader {
  readonly #words: string[]
  readonly #path: Command[]
  readonly #given = new Map<string, string[]>()
  readonly #helpWords: string[] = []
  #asks: Parsed['asks']
  #flagsEnded = false
  #isHelp = false

  constructor(argv: readonly string[], program: Program) {
    this.#words = [...argv]
    this.#path = [program]
  }

  read(): void {
    for (let word = this.#words.shift(); word !== undefined; word = this.#words.shift()) {
      if (this.#flagsEnded || !word.startsWith('-')) this.#takeWord(word)
      else if (word === '--') this.#flagsEnded = true
      else if (word.startsWith('--')) this.#takeLong(word)
      else this.#takeShort(word)
      if (this.#asks === 'version') return
    }
    if (this.#asks === undefined && !this.#isHelp) while (this.#enterDefault());
  }

  result(defaults: ReadonlyMap<string, string>): Parsed {
    const parsed = { path: this.#path, asks: this.#isHelp ? ('help' as const) : this.#asks, helpWords: this.#helpWords }
    if (parsed.asks !== undefined) return { ...parsed, values: new Values(this.#given) }
    const flags = this.#path.flatMap((command) => command.flags ?? [])
    const byDefault = new Map<string, string>()
    const missing: string[] = []
    for (const flag of flags) {
      if (this.#given.has(flag.name)) continue
      const written = defaults.get(flag.name)
      if (written !== undefined) this.#given.set(flag.name, [written])
      else if (flag.default !== undefined) byDefault.set(flag.name, flag.default)
      else if (flag.isRequired) missing.push(`'--${flag.name}'`)
    }
    if (missing.length > 0) throw wrong(`required flag(s) ${missing.join(', ')} not provided`)
    for (const { name, check } of [...flags, ...this.#arguments()]) {
      for (const text of this.#given.get(name) ?? []) {
        const problem = check?.(text)
        if (problem !== undefined) throw wrong(problem)
      }
    }
    return { ...parsed, values: new Values(this.#given, byDefault) }
  }

  get #command(): Command {
    return this.#path.at(-1)!
  }

  #arguments(): readonly Argument[] {
    return this.#command.argument === undefined ? [] : [this.#command.argument]
  }

  #takeWord(word: string): void {
    const { commands, argument } = this.#command
    if (this.#isHelp) {
      this.#helpWords.push(word)
    } else if (commands !== undefined) {
      const named = commands.find(({ name }) => name === word)
      if (named !== undefined) this.#path.push(named)
      else if (word === 'help' && this.#path.length === 1) this.#isHelp = true
      else if (this.#asks === undefined && this.#enterDefault()) this.#takeWord(word)
      else throw wrong(`expected command but got ${JSON.stringify(word)}`)
    } else if (argument !== undefined && (argument.isList || !this.#given.has(argument.name))) {
      this.#given.set(argument.name, [...(this.#given.get(argument.name) ?? []), word])
    } else {
      throw wrong(`unexpected ${word}`)
    }
  }

  #takeLong(word: string): void {
    const equals = word.indexOf('=')
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals)
    const attached = equals < 0 ? undefined : word.slice(equals + 1)
    if ((ASKING as readonly string[]).includes(name)) {
      this.#asks = name === 'version' || name === 'help-long' ? name : 'help'
      return
    }
    const flag = this.#flag((each) => each.name === name)
    const negated = /^no-(.+)$/.exec(name)?.[1]
    if (flag !== undefined) {
      this.#take(flag, `--${name}`, attached)
    } else if (negated !== undefined && this.#flag((each) => each.name === negated)?.takes === undefined) {
      const off = this.#flag((each) => each.name === negated)
      if (off !== undefined) this.#remember(off, 'false')
      else this.#below(word, `unknown long flag '--${name}'`)
    } else {
      this.#below(word, `unknown long flag '--${name}'`)
    }
  }

  #takeShort(word: string): void {
    const [letter = ''] = word.slice(1)
    const rest = word.slice(1 + letter.length)
    if (letter === 'h') {
      this.#asks = 'help'
      if (rest !== '') this.#words.unshift(`-${rest}`)
      return
    }
    const flag = this.#flag(({ short }) => short === letter && short !== '')
    if (flag === undefined) {
      this.#below(word, `unknown short flag '-${letter}'`)
    } else if (flag.takes === undefined) {
      this.#remember(flag, 'true')
      if (rest !== '') this.#words.unshift(`-${rest}`)
    } else {
      this.#take(flag, `-${letter}`, rest === '' ? undefined : rest)
    }
  }

  /** A flag that is none here may be one of the default command. */
  #below(word: string, problem: string): void {
    if (this.#asks !== undefined || !this.#enterDefault()) throw wrong(problem)
    this.#words.unshift(word)
  }

  #enterDefault(): boolean {
    const next = this.#command.commands?.find(({ isDefault }) => isDefault)
    if (next !== undefined) this.#path.push(next)
    return next !== undefined
  }

  #flag(isMeant: (flag: Flag) => boolean): Flag | undefined {
    return this.#path.flatMap(({ flags }) => flags ?? []).find(isMeant)
  }

  #take(flag: Flag, spelling: string, attached: string | undefined): void {
    if (flag.takes === undefined) {
      this.#remember(flag, 'true')
      // What follows the equals sign of a switch is a word of its own.
      if (attached !== undefined) this.#takeWord(attached)
      return
    }
    const next = attached ?? this.#words[0]
    if (next === undefined || (attached === undefined && next.startsWith('-') && next !== '--')) {
      throw wrong(`expected argument for flag '${spelling}'`)
    }
    if (attached === undefined) this.#words.shift()
    this.#remember(flag, next)
  }

  #remember({ name, takes }: Flag, value: string): void {
    const before = this.#given.get(name)
    if (before === undefined) this.#given.set(name, [value])
    else if (takes === 'many') before.push(value)
    else throw wrong(`flag '${name}' cannot be repeated`)
  }
}

function wrong(problem: string): CommandError {
  return new CommandError(problem)
}

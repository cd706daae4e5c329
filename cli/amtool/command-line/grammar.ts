/** Says what is wrong with a value, or nothing. */
export type CheckValue = (text: string) => string | undefined

/** A flag. Without `takes` it is a switch: `--name` and `--no-name`. */
export interface Flag {
  readonly name: string
  readonly short?: string
  readonly help: string
  /** `one` value, the flag given at most once; or `many`, one each time. */
  readonly takes?: 'one' | 'many'
  readonly default?: string
  readonly placeholder?: string
  readonly check?: CheckValue
  /** For completion. */
  readonly choices?: readonly string[]
  readonly isRequired?: boolean
  readonly isHidden?: boolean
}

/** What stands without a flag's name: one word, or all of them. */
export interface Argument {
  readonly name: string
  readonly help: string
  readonly isList: boolean
  readonly check?: CheckValue
}

export interface Command {
  readonly name: string
  /** The first line is the summary. */
  readonly help: string
  readonly flags?: readonly Flag[]
  readonly argument?: Argument
  readonly commands?: readonly Command[]
  /** Taken where none of its siblings is named. */
  readonly isDefault?: boolean
  /** It, and all below it, asks a server. */
  readonly isOnline?: boolean
  readonly run?: (values: Values) => Promise<void>
}

/** A command line's root. */
export interface Program extends Command {
  readonly flags: readonly Flag[]
  readonly commands: readonly Command[]
}

/** What a command line says, by the names of flags and arguments. */
export class Values {
  readonly #given: ReadonlyMap<string, readonly string[]>
  readonly #defaults: ReadonlyMap<string, string>

  /** @param defaults what holds for flags that are not given */
  constructor(given: ReadonlyMap<string, readonly string[]>, defaults: ReadonlyMap<string, string> = new Map()) {
    this.#given = given
    this.#defaults = defaults
  }

  /** Undefined if it was not given and has no default. */
  text(name: string): string | undefined {
    return this.#given.get(name)?.[0] ?? this.#defaults.get(name)
  }

  texts(name: string): readonly string[] {
    return this.#given.get(name) ?? []
  }

  /** Whether it is said, and not only held by default. */
  isGiven(name: string): boolean {
    return this.#given.has(name)
  }

  isOn(name: string): boolean {
    return this.text(name) === 'true'
  }
}

/** What is wrong with a command line, or with what it led to. The program says it and ends with this code. */
export class CommandError extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.name = 'CommandError'
    this.exitCode = exitCode
  }
}

import { CodedError } from '../errors.ts'
import type { FlagKey, ServiceFlags } from './flags.ts'

/** What the text after a flag stands for, or what is wrong with it. */
export type FlagReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string }

/** A flag that is read as kingpin reads it, the parser of Prometheus' programs. */
export interface KingpinFlag extends FlagKey {
  /** Reads the value; a flag without is a switch: `--name` and `--no-name`. */
  readonly read?: (text: string) => FlagReading
  /** May be given again, and then has all of its values as a list. */
  readonly isRepeatable?: boolean
  /** As the help shows it. */
  readonly shownDefault?: string
}

export type KingpinFlags = Readonly<Record<string, KingpinFlag>>

/** Flags of ours that every service has; no program of Prometheus has these names. */
const OWN: KingpinFlags = {
  set: { key: '', help: 'KEY=VALUE: set one key of the process, under the flags (repeatable)', isRepeatable: true },
  default: { key: '', help: 'KEY=VALUE: set the default of one key (repeatable)', isRepeatable: true },
  'config.check': { key: '', help: 'check the configuration, print the effective one with secrets masked, and end' },
}

const HELP_FLAGS = new Set(['help', 'help-long', 'help-man'])

/**
 * Parses a command line in kingpin's way: `--name value`, `--name=value`, `--no-name` for switches, `-h`; a value that
 * begins with a dash only after `=`; a flag given twice is an error unless it is repeatable.
 *
 * @throws CodedError USAGE in kingpin's words
 */
export function parseKingpinFlags(argv: readonly string[], flags: KingpinFlags): ServiceFlags {
  const given = new Map<string, unknown[]>()
  let help = false
  const words = [...argv]
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-h') {
      help = true
      continue
    }
    if (!word.startsWith('--') || word === '--') throw unexpected(word, words)
    const equals = word.indexOf('=')
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals)
    if (equals >= 0) words.unshift(word.slice(equals + 1))
    if (HELP_FLAGS.has(name)) help = true
    else if (name === 'version') return resultOf(given, flags, { help: false, version: true })
    else {
      const { key, value } = readFlag(name, flags, () => takeValue(name, words, equals >= 0))
      remember(given, key, value, flags)
    }
    // What follows the equals sign of a switch is left over.
    if (equals >= 0 && isSwitch(name, flags)) throw new CodedError('USAGE', [`unexpected ${words[0]}`])
  }
  return resultOf(given, flags, { help, version: false })
}

function unexpected(word: string, rest: readonly string[]): CodedError {
  if (word === '--') return new CodedError('USAGE', [`unexpected ${rest[0] ?? word}`])
  if (/^-./.test(word)) return new CodedError('USAGE', [`unknown short flag '${word.slice(0, 2)}'`])
  return new CodedError('USAGE', [`unexpected ${word}`])
}

function flagOf(name: string, flags: KingpinFlags): KingpinFlag | undefined {
  if (Object.hasOwn(flags, name)) return flags[name]
  return Object.hasOwn(OWN, name) ? OWN[name] : undefined
}

function isSwitch(name: string, flags: KingpinFlags): boolean {
  if (HELP_FLAGS.has(name)) return true
  const flag = flagOf(name, flags) ?? flagOf(name.replace(/^no-/, ''), flags)
  return flag !== undefined && flag.read === undefined && flag.isRepeatable !== true
}

function readFlag(name: string, flags: KingpinFlags, take: () => string): { key: string; value: unknown } {
  const negated = /^no-(.+)$/.exec(name)?.[1]
  const flag = flagOf(name, flags)
  if (flag !== undefined) {
    if (isSwitch(name, flags)) return { key: name, value: true }
    const text = take()
    const reading = flag.read?.(text) ?? { ok: true, value: text }
    if (!reading.ok) throw new CodedError('USAGE', [reading.problem])
    return { key: name, value: reading.value }
  }
  if (negated !== undefined && flagOf(negated, flags) !== undefined && isSwitch(negated, flags)) {
    return { key: negated, value: false }
  }
  throw new CodedError('USAGE', [`unknown long flag '--${name}'`])
}

function takeValue(name: string, words: string[], isAttached: boolean): string {
  const next = words[0]
  if (next === undefined || (!isAttached && /^-./.test(next))) {
    throw new CodedError('USAGE', [`expected argument for flag '--${name}'`])
  }
  words.shift()
  return next
}

function remember(given: Map<string, unknown[]>, name: string, value: unknown, flags: KingpinFlags): void {
  const before = given.get(name)
  if (before === undefined) given.set(name, [value])
  else if (flagOf(name, flags)?.isRepeatable === true) before.push(value)
  else throw new CodedError('USAGE', [`flag '${name}' cannot be repeated`])
}

function resultOf(
  given: ReadonlyMap<string, readonly unknown[]>,
  flags: KingpinFlags,
  asked: { readonly help: boolean; readonly version: boolean },
): ServiceFlags {
  const settings: string[] = []
  for (const [name, values] of given) {
    const flag = flags[name]
    if (flag === undefined) continue
    settings.push(`${flag.key}=${literal(flag.isRepeatable === true ? values : values[0])}`)
  }
  const texts = (name: string) => (given.get(name) ?? []).map(String)
  return {
    sources: { defaults: texts('default'), file: undefined, overrides: [...texts('set'), ...settings] },
    ...asked,
    check: given.get('config.check')?.[0] === true,
  }
}

/** JSON is YAML, and `$${` is what a setting has for a plain `${`. */
function literal(value: unknown): string {
  return JSON.stringify(value).replaceAll('${', () => '$${')
}

/** The help in kingpin's form: one flag after the other, its default behind it, the description beside or below. */
export function kingpinUsage(program: string, summary: string, flags: KingpinFlags): string {
  const rows = Object.entries(flags).map(([name, flag]) => row(shownName(name, flag), flag.help))
  const own = Object.entries(OWN).map(([name, flag]) => row(`--${name}`, flag.help))
  return [
    `usage: ${program} [<flags>]\n`,
    `${summary}\n`,
    'Flags:',
    row('-h, --help', 'Show this text.', 2),
    ...rows,
    row('--version', 'Show application version.'),
    '',
    'Flags that every service of Vedette has:',
    ...own,
    '',
  ].join('\n')
}

function shownName(name: string, { read, shownDefault, isRepeatable }: KingpinFlag): string {
  const isNegatable = read === undefined && isRepeatable !== true
  const label = isNegatable ? `--[no-]${name}` : `--${name}=${shownDefault ?? name.replace(/^.*\./, '').toUpperCase()}`
  return isRepeatable === true ? `${label} ...` : label
}

const HELP_COLUMN = 31
const LINE_WIDTH = 80

function row(name: string, help: string, indent = 6): string {
  const margin = ' '.repeat(HELP_COLUMN)
  const lines = wrap(help, LINE_WIDTH - HELP_COLUMN)
  const head = `${' '.repeat(indent)}${name}`
  if (head.length + 2 > HELP_COLUMN) return [head, ...lines.map((line) => margin + line)].join('\n')
  return [head.padEnd(HELP_COLUMN) + lines[0], ...lines.slice(1).map((line) => margin + line)].join('\n')
}

function wrap(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}

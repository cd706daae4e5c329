import type { Argument, Command, Flag } from './grammar.ts'

const WIDTH = 80

/** Flags that every command has. */
const ASKING: readonly Flag[] = [
  { name: 'help', short: 'h', help: 'Show context-sensitive help (also try --help-long).' },
  { name: 'version', help: 'Show application version.' },
]

/** The help of one command: how it is written, what it does, its flags, and the commands below it. */
export function usageOf(path: readonly Command[]): string {
  const [program] = path
  const command = path.at(-1)!
  const flags = [ASKING[0]!, ...path.flatMap((each) => each.flags ?? []), ASKING[1]!].filter(isShown)
  const { argument, commands } = command
  return [
    `usage: ${[...path.map(({ name }) => name), ...outline(command, command === program)].join(' ')}\n`,
    `${command.help.trimEnd()}\n`,
    'Flags:',
    ...rows(flags.map((flag) => [flagLabel(flag), flag.help])),
    '',
    ...(argument === undefined ? [] : ['Args:', ...rows([[argumentLabel(argument), argument.help]]), '']),
    ...(commands === undefined ? [] : ['Commands:', ...commandTree(path, commands), '']),
    '',
  ]
    .join('\n')
    .replace(/\n{2,}$/, '\n\n')
}

/** The help of the program and of all its commands. */
export function longUsageOf(program: Command): string {
  const flags = [ASKING[0]!, ...(program.flags ?? []), ASKING[1]!].filter(isShown)
  const lines = [
    `usage: ${[program.name, ...outline(program, true)].join(' ')}\n`,
    `${program.help.trimEnd()}\n`,
    'Flags:',
    ...rows(flags.map((flag) => [flagLabel(flag), flag.help])),
    '',
    'Commands:',
  ]
  for (const path of leaves([program])) {
    const command = path.at(-1)!
    const below = path.slice(1).flatMap(({ flags: own = [] }) => own.filter(isShown))
    lines.push([...path.slice(1).map(({ name }) => name), ...outline(command, false)].join(' '))
    lines.push(...command.help.trimEnd().split('\n').map(indented), '')
    if (below.length > 0) lines.push(...rows(below.map((flag) => [flagLabel(flag), flag.help])).map(indented), '')
  }
  return `${lines.join('\n')}\n`
}

function isShown({ isHidden }: Flag): boolean {
  return isHidden !== true
}

function indented(line: string): string {
  return line === '' ? '' : `    ${line}`
}

function* leaves(path: readonly Command[]): Generator<readonly Command[]> {
  const { commands } = path.at(-1)!
  if (commands === undefined) yield path
  for (const command of commands ?? []) yield* leaves([...path, command])
}

/** What may follow the command's name. */
function outline({ flags = [], argument, commands }: Command, isProgram: boolean): string[] {
  const required = flags.filter((flag) => flag.isRequired).map((flag) => `--${flag.name}=${valueName(flag)}`)
  const hasOptional = isProgram || flags.some((flag) => !flag.isRequired)
  return [
    ...required,
    ...(hasOptional ? ['[<flags>]'] : []),
    ...(argument === undefined ? [] : [argumentLabel(argument)]),
    ...(commands === undefined ? [] : ['<command> [<args> ...]']),
  ]
}

function argumentLabel({ name, isList }: Argument): string {
  return isList ? `[<${name}>...]` : `[<${name}>]`
}

function flagLabel(flag: Flag): string {
  const { name, short, takes } = flag
  const lead = short === undefined ? '    ' : `-${short}, `
  if (takes === undefined) return `${lead}--${ASKING.some((each) => each.name === name) ? '' : '[no-]'}${name}`
  return `${lead}--${name}=${valueName(flag)}${takes === 'many' ? ' ...' : ''}`
}

function valueName({ name, placeholder, default: byDefault }: Flag): string {
  return placeholder ?? byDefault ?? name.toUpperCase()
}

/** The commands below one, indented by their depth; the default one of a level is marked. */
function commandTree(path: readonly Command[], commands: readonly Command[]): string[] {
  const named = path.slice(1).map(({ name }) => name)
  if (named.length === 0) return ['  help [<command>...]', ...branches(commands, 1)]
  return [`  ${named.join(' ')}`, ...branches(commands, 2)]
}

function branches(commands: readonly Command[], depth: number): string[] {
  return commands.flatMap((command) => {
    const { name, isDefault, commands: below, flags = [] } = command
    const inherited = flags.length > 0 ? ['[<flags>]'] : []
    const label = below === undefined ? outline(command, false) : inherited
    const line = '  '.repeat(depth) + [isDefault ? `${name}*` : name, ...label].join(' ')
    return [line, ...branches(below ?? [], depth + 1)]
  })
}

/** Two columns; a label that is too wide has its text below it. */
function rows(pairs: readonly (readonly [string, string])[]): string[] {
  const widest = Math.max(...pairs.map(([label]) => label.length).filter((length) => length <= 28), 0)
  const column = widest + 4
  return pairs.flatMap(([label, help]) => {
    const [first = '', ...more] = wrap(help, WIDTH - column)
    const rest = more.map((line) => ' '.repeat(column) + line)
    if (label.length > widest) return [`  ${label}`, ' '.repeat(column) + first, ...rest]
    return [`  ${label.padEnd(widest + 2)}${first}`, ...rest]
  })
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

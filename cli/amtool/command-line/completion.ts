import type { Command, Flag, Program } from './grammar.ts'

/** What could be the last of these words, as shells ask before each Tab. */
export function completionsOf(program: Program, words: readonly string[]): readonly string[] {
  const before = words.slice(0, -1)
  const path = pathOf(program, before)
  const flags = path.flatMap((command) => command.flags ?? []).filter(({ isHidden }) => isHidden !== true)
  const current = words.at(-1) ?? ''
  const flag = flagOf(flags, before.at(-1) ?? '')
  if (flag !== undefined && flag.takes !== undefined) return flag.choices ?? []
  if (current.startsWith('-')) return ['--help', ...flags.map(({ name }) => `--${name}`)]
  const below = path.at(-1)!.commands ?? []
  return [...(path.length === 1 ? ['help'] : []), ...below.map(({ name }) => name)]
}

function pathOf(program: Program, words: readonly string[]): readonly Command[] {
  const path: Command[] = [program]
  for (const word of words) {
    const next = path.at(-1)!.commands?.find(({ name }) => name === word)
    if (next !== undefined) path.push(next)
  }
  return path
}

function flagOf(flags: readonly Flag[], word: string): Flag | undefined {
  return flags.find(({ name, short }) => word === `--${name}` || word === `-${short}`)
}

/** A script that makes bash ask the program itself. */
export function bashScript(program: string): string {
  const name = `_${program}_complete`
  return `${name}() {
  local words
  words=$("\${COMP_WORDS[0]}" --completion-bash "\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F ${name} ${program}
`
}

/** The same for zsh, which takes scripts of bash. */
export function zshScript(program: string): string {
  return `#compdef ${program}\nautoload -U compinit && compinit\nautoload -U bashcompinit && bashcompinit\n\n${bashScript(program)}`
}

import { messageOf } from '#lib/errors.ts'
import { readBuildInfo, versionText } from '../../alertmanager/version.ts'
import { endWithReader, write } from '../query/output.ts'
import { bashScript, completionsOf, zshScript } from './command-line/completion.ts'
import { type Command, CommandError, type Program } from './command-line/grammar.ts'
import { type Parsed, parseCommandLine } from './command-line/parse.ts'
import { longUsageOf, usageOf } from './command-line/usage.ts'
import { defaultConfigFiles, readFlagDefaults } from './config-files.ts'

/** Runs a command line; sets the exit code: 0 done, 1 anything else, as upstream. */
export async function runProgram(program: Program, argv: readonly string[]): Promise<void> {
  endWithReader()
  try {
    await answer(program, argv)
  } catch (error) {
    const message = error instanceof CommandError ? error.message : `unexpected error: ${messageOf(error)}`
    process.stderr.write(`${program.name}: error: ${message}\n\n`)
    process.exitCode = error instanceof CommandError ? error.exitCode : 1
  }
}

async function answer(program: Program, argv: readonly string[]): Promise<void> {
  const completion = /^--completion-(bash|script-bash|script-zsh)$/.exec(argv[0] ?? '')?.[1]
  if (completion === 'bash') await write(`${completionsOf(program, argv.slice(1)).join('\n')}\n`)
  else if (completion !== undefined) await write((completion === 'script-zsh' ? zshScript : bashScript)(program.name))
  else await act(program, parseCommandLine(argv, program, await readFlagDefaults(defaultConfigFiles())))
}

async function act(program: Program, { path, values, asks, helpWords }: Parsed): Promise<void> {
  if (asks === 'version') return write(versionText(program.name, readBuildInfo()))
  if (asks === 'help-long') return write(longUsageOf(program))
  if (asks === 'help') return write(usageOf(helpWords.length === 0 ? path : pathTo(program, helpWords)))
  const command = path.at(-1)!
  if (path.length === 1) return write(usageOf(path))
  if (command.run === undefined) throw new CommandError(`must select a subcommand of '${namesOf(path)}'`)
  if (path.some(({ isOnline }) => isOnline) && (values.text('alertmanager.url') ?? '') === '') {
    throw new CommandError('required flag --alertmanager.url not provided')
  }
  await command.run(values)
}

function namesOf(path: readonly Command[]): string {
  return path
    .slice(1)
    .map(({ name }) => name)
    .join(' ')
}

function pathTo(program: Program, words: readonly string[]): readonly Command[] {
  const path: Command[] = [program]
  for (const word of words) {
    const next = path.at(-1)!.commands?.find(({ name }) => name === word)
    if (next === undefined) throw new CommandError(`expected command but got ${JSON.stringify(word)}`)
    path.push(next)
  }
  return path
}

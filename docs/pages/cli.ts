import type { Command } from 'commander'
import { type CommandLine, type FlagKeys, serviceUsage } from '#lib/process/flags.ts'
import type { Program, Command as RouterCommand } from '../../cli/amtool/command-line/grammar.ts'
import { usageOf } from '../../cli/amtool/command-line/usage.ts'
import { codeBlock, page } from './markdown.ts'

export interface ServiceCommand {
  readonly name: string
  readonly summary: string
  readonly flags: FlagKeys
  readonly commandLine?: CommandLine
}

/** Of the help, whatever the terminal of whoever generates it. */
const WIDTH = 100

/** `cli.md`: what each verb prints for `--help`. */
export function cliPage(program: Command, routerVerbs: Program, services: readonly ServiceCommand[]): string {
  return page('Command line', [
    'What `vedette --help` and `vedette <verb> --help` print.',
    codeBlock('text', helpOf(program)),
    ...program.commands.flatMap((verb) => [
      `## vedette ${verb.name()}`,
      codeBlock('text', helpOf(verb)),
      ...verb.commands.flatMap((part) => [
        `### vedette ${verb.name()} ${part.name()}`,
        codeBlock('text', helpOf(part)),
      ]),
    ]),
    ...routerVerbs.commands.flatMap((verb) => usagesOf([routerVerbs, verb])),
    '## Services',
    '`vedette <service>` runs one service as this process: it logs to standard error, answers `/-/healthy` and `/-/ready`, and drains on SIGTERM or Ctrl-C. Exit codes: 0 after a clean stop, 1 after a failure, 2 for a wrong command line (1 of the alert router, as of Alertmanager), 130 for a second Ctrl-C.',
    ...services.flatMap(({ name, summary, flags, commandLine }) => [
      `### vedette ${name}`,
      codeBlock('text', commandLine?.usage() ?? serviceUsage(name, summary, flags)),
    ]),
  ])
}

/** The command and all below it. */
function usagesOf(path: readonly RouterCommand[]): readonly string[] {
  const names = path.map(({ name }) => name).join(' ')
  return [
    `${'#'.repeat(path.length)} ${names}`,
    codeBlock('text', usageOf(path)),
    ...(path.at(-1)!.commands ?? []).flatMap((command) => usagesOf([...path, command])),
  ]
}

/** With what is added before and after, which commander only writes. */
function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({
    writeOut: (part) => {
      text += part
    },
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  })
  command.outputHelp()
  return text
}

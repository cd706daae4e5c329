import type { Command } from 'commander'
import type { FlagKeys } from '#lib/process/flags.ts'
import { serviceUsage } from '#lib/process/flags.ts'
import { codeBlock, page } from './markdown.ts'

export interface ServiceCommand {
  readonly name: string
  readonly summary: string
  readonly flags: FlagKeys
}

/** Of the help, whatever the terminal of whoever generates it. */
const WIDTH = 100

/** `cli.md`: what each verb prints for `--help`. */
export function cliPage(program: Command, services: readonly ServiceCommand[]): string {
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
    '## Services',
    '`vedette <service>` runs one service as this process: it logs to standard error, answers `/-/healthy` and `/-/ready`, and drains on SIGTERM or Ctrl-C. Exit codes: 0 after a clean stop, 1 after a failure, 2 for a wrong command line, 130 for a second Ctrl-C.',
    ...services.flatMap(({ name, summary, flags }) => [
      `### vedette ${name}`,
      codeBlock('text', serviceUsage(name, summary, flags)),
    ]),
  ])
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

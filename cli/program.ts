import { Command, CommanderError } from 'commander'
import { readVersion } from '#lib/version.ts'
import { deadLetterCommand } from './dead-letter/command.ts'
import { SERVICES } from './launch.ts'
import { checkCommand } from './operate/check.ts'
import { doctorCommand } from './operate/doctor.ts'
import { tapCommand } from './operate/tap.ts'
import { topCommand } from './operate/top.ts'
import { queryCommand } from './query/query.ts'
import { tailCommand } from './query/tail.ts'
import { upCommand } from './up/command.ts'

const ROUTER_VERBS = {
  alert: 'shows alerts, adds, explains and acknowledges them',
  silence: 'shows, adds, changes, ends and imports silences',
  notifications: 'shows what was told to whom, and every attempt',
  receivers: 'shows receivers, and sends test notifications through them',
  template: 'renders templates with the alerts of the router',
  routes: 'shows whom an alert with these labels would reach, and why',
}

/** Runs a verb that is not a service. Exit codes: 0 done, 1 failed, 2 wrong command line. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync([...argv])
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? 0 : 2
  }
}

/** The command line with all its verbs, the services excepted: these take the place of the process. */
export function createProgram(): Command {
  const version = `vedette ${readVersion()}`
  const program = new Command('vedette')
    .description('Observability for Kubernetes: collect, store, search and alert.')
    .version(version, '-V, --version', 'print the version')
    .exitOverride()
    .showHelpAfterError('Run `vedette --help` to see what there is.')
  program.addCommand(upCommand())
  program.addCommand(queryCommand())
  program.addCommand(tailCommand())
  program.addCommand(deadLetterCommand())
  program.addCommand(tapCommand())
  program.addCommand(topCommand())
  program.addCommand(checkCommand())
  program.addCommand(doctorCommand())
  program
    .command('version')
    .description('print the version')
    .action(() => {
      process.stdout.write(`${version}\n`)
    })
  const verbs = Object.entries(ROUTER_VERBS).map(([name, summary]) => `  ${name.padEnd(14)}${summary}`)
  const about = "Alerts, with the flags of Alertmanager's amtool (`vedette alert --help`):"
  program.addHelpText('after', `\n${about}\n${verbs.join('\n')}`)
  program.addHelpText('after', `\nServices, each with flags of its own (\`vedette agent --help\`):\n${serviceLines()}`)
  for (const command of program.commands) {
    for (const each of [command, ...command.commands]) each.copyInheritedSettings(program)
  }
  return program
}

function serviceLines(): string {
  const summaries: Readonly<Record<(typeof SERVICES)[number], string>> = {
    agent: "reads the logs of a node's containers and ships them",
    collector: 'receives, queues on disk, indexes, serves the search page',
    store: 'keeps and searches logs in the Elasticsearch API',
    alertmanager: 'groups alerts and tells the right people',
  }
  return SERVICES.map((name) => `  ${name.padEnd(14)}${summaries[name]}`).join('\n')
}

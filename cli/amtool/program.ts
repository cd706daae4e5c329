import { acknowledgeCommands } from './acknowledge/command.ts'
import { isFile, isGoDuration, isInteger, isServerUrl } from './checks.ts'
import type { Argument, Command, Flag, Program } from './command-line/grammar.ts'
import { annotationFlag, authorFlag, COMMENT, endFlag, GLOBAL_FLAGS, QUIET, startFlag } from './flags.ts'
import { explainCommand, notificationsCommand } from './history/command.ts'
import { receiversCommand } from './receivers/command.ts'
import { routesCommand } from './routes/command.ts'
import { routerTemplateCommand, templateCommand } from './template/command.ts'

const MATCHERS: Argument = { name: 'matcher-groups', help: 'Matchers, all of which must hold.', isList: true }

const ABOUT_MATCHERS = `
Matchers are name=value, name!=value, name=~pattern and name!~pattern, quoted for the shell where they need it. A first
word that is no matcher is the name of an alert: \`Disk node=a\` is \`alertname=Disk node=a\`.`

/** What can be asked, in upstream's words for it. Handlers are loaded when they are needed. */
export function createProgram(): Program {
  return {
    name: 'amtool',
    help: ABOUT,
    flags: GLOBAL_FLAGS,
    commands: [alertCommand(), silenceCommand(), checkCommand(), clusterCommand(), configCommand(), templateCommand()],
  }
}

/** Verbs of `vedette` that are about alerts: commands of the same code, without `config` before `routes`. */
export function createRouterVerbs(): Program {
  const [first, ...rest] = GLOBAL_FLAGS.filter(({ name }) => name !== 'alertmanager.url')
  const url: Flag = {
    ...{ name: 'alertmanager.url', takes: 'one', default: DEFAULT_ROUTER, check: isServerUrl },
    help: 'The alert router to ask.',
  }
  return {
    ...{ name: 'vedette', help: 'What the alert router knows.' },
    flags: [first!, url, ...rest],
    commands: [
      alertCommand(true),
      silenceCommand(),
      notificationsCommand(MATCHERS),
      routesCommand(true),
      receiversCommand(),
      routerTemplateCommand(MATCHERS),
    ],
  }
}

const DEFAULT_ROUTER = 'http://127.0.0.1:9093'

const ABOUT = `View and change what an Alertmanager knows: alerts, silences, its configuration.

Flags that are always the same can be written into a file, one \`flag: value\` a line:
$HOME/.config/amtool/config.yml or /etc/amtool/config.yml. The most useful ones are

  alertmanager.url   the Alertmanager to ask
  author             who makes silences, unless it is the user of this machine
  require-comment    false to make silences without a comment
  output             simple, extended or json
  date.format        how dates are printed
  http.config.file   how to connect
`

function alertCommand(hasMore = false): Command {
  const query: Command = {
    ...{ name: 'query', isDefault: true, argument: MATCHERS },
    help: `Show alerts, those that are active unless told.\n${ABOUT_MATCHERS}`,
    flags: [
      { name: 'inhibited', short: 'i', help: 'Show inhibited alerts.' },
      { name: 'silenced', short: 's', help: 'Show silenced alerts.' },
      { name: 'active', short: 'a', help: 'Show active alerts.' },
      { name: 'unprocessed', short: 'u', help: 'Show alerts that were not routed yet.' },
      { name: 'receiver', short: 'r', takes: 'one', help: 'Show alerts of the receivers that match this pattern.' },
    ],
    run: async (values) => (await import('./alert.ts')).queryAlerts(values),
  }
  const add: Command = {
    name: 'add',
    help: `Add an alert, or change one with the same labels.

  amtool alert add Disk node=a --annotation=summary='it is full'
  amtool alert add alertname=Disk node=a --end=2026-01-02T15:04:05Z`,
    argument: { name: 'labels', help: 'Labels of the alert, as name=value.', isList: true },
    flags: [
      { name: 'generator-url', takes: 'one', help: 'URL of what made the alert.' },
      ...[startFlag('alert'), endFlag('alert'), annotationFlag('alert')],
    ],
    run: async (values) => (await import('./alert.ts')).addAlert(values),
  }
  const more = hasMore ? [explainCommand(MATCHERS), ...acknowledgeCommands(MATCHERS)] : []
  return { name: 'alert', help: 'Show and add alerts.', isOnline: true, commands: [query, add, ...more] }
}

function silenceCommand(): Command {
  const commands = [addSilence(), expireSilence(), importSilence(), querySilence(), updateSilence()]
  return { name: 'silence', help: 'Add, change, end and show silences.', isOnline: true, commands }
}

function addSilence(): Command {
  return {
    ...{ name: 'add', argument: MATCHERS },
    help: `Add a silence, and print its ID.\n${ABOUT_MATCHERS}`,
    flags: [
      authorFlag(),
      { name: 'require-comment', default: 'true', isHidden: true, help: 'Refuse silences without a comment.' },
      { name: 'duration', short: 'd', takes: 'one', default: '1h', help: 'How long it lasts.' },
      ...[startFlag('silence'), endFlag('silence'), COMMENT, annotationFlag('silence')],
    ],
    run: async (values) => (await import('./silence/change.ts')).addSilence(values),
  }
}

function expireSilence(): Command {
  return {
    ...{ name: 'expire', help: 'End silences.' },
    argument: { name: 'silence-ids', help: 'IDs of silences.', isList: true },
    run: async (values) => (await import('./silence/change.ts')).expireSilences(values),
  }
}

function importSilence(): Command {
  return {
    name: 'import',
    help: `Add the silences of a JSON file, or of standard input; print their IDs.

  amtool silence query -o json > silences.json
  amtool silence import silences.json`,
    argument: { name: 'input-file', help: 'JSON file with silences.', isList: false, check: isFile },
    flags: [
      { name: 'force', short: 'f', help: 'Add silences anew, even if they exist.' },
      {
        name: 'worker',
        short: 'w',
        takes: 'one',
        default: '8',
        check: isInteger,
        help: 'How many requests at a time.',
      },
    ],
    run: async (values) => (await import('./silence/import.ts')).importSilences(values),
  }
}

function querySilence(): Command {
  return {
    ...{ name: 'query', isDefault: true, argument: MATCHERS },
    help: `Show silences that have these matchers.
${ABOUT_MATCHERS}

  amtool silence query --within 8h             those that end in the next 8 hours
  amtool silence query --within 2h --expired   those that ended in the last 2 hours`,
    flags: [
      { name: 'expired', help: 'Show silences that have ended, and no others.' },
      QUIET,
      { name: 'created-by', takes: 'one', help: 'Show silences of this creator.' },
      { name: 'id', takes: 'one', help: 'Show the silence with this ID.' },
      {
        name: 'within',
        takes: 'one',
        check: isGoDuration,
        help: 'Show silences that end, or ended, within this time.',
      },
    ],
    run: async (values) => (await import('./silence/query.ts')).querySilences(values),
  }
}

function updateSilence(): Command {
  return {
    ...{ name: 'update', help: 'Change the times or the comment of silences.' },
    argument: { name: 'update-ids', help: 'IDs of silences.', isList: true },
    flags: [
      QUIET,
      { name: 'duration', short: 'd', takes: 'one', help: 'How long it lasts, from its start on.' },
      ...[startFlag('silence'), endFlag('silence'), COMMENT],
    ],
    run: async (values) => (await import('./silence/change.ts')).updateSilences(values),
  }
}

function checkCommand(): Command {
  return {
    name: 'check-config',
    help: `Check configuration files, and the templates that they name; standard input unless files are named.
Each problem is shown with its place. Patterns of templates that no file matches are fine.`,
    argument: { name: 'check-files', help: 'Configuration files.', isList: true, check: isFile },
    run: async (values) => (await import('./check-config.ts')).checkConfigs(values),
  }
}

function clusterCommand(): Command {
  const show: Command = {
    ...{ name: 'show', isDefault: true, help: 'Show the state of the cluster and its members.' },
    run: async (values) => (await import('./status.ts')).showCluster(values),
  }
  return { name: 'cluster', help: show.help, isOnline: true, commands: [show] }
}

function configCommand(): Command {
  const show: Command = {
    ...{ name: 'show', isDefault: true, isOnline: true },
    help: `Show the configuration in force.

How much is shown depends on --output: simple prints the configuration, extended also the release and the time of the
start, json the whole status.`,
    run: async (values) => (await import('./status.ts')).showConfig(values),
  }
  return { name: 'config', help: 'Show the configuration in force.', commands: [show, routesCommand()] }
}

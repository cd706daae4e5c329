import { isFile } from '../checks.ts'
import type { Argument, Command, Flag } from '../command-line/grammar.ts'

const LABELS: Argument = { name: 'labels', help: 'Labels of an alert, as name=value.', isList: true }

const AT: Flag = {
  ...{ name: 'at', takes: 'one', placeholder: 'TIME' },
  help: 'Also say which routes tell at this time (RFC3339, or now), and which time intervals keep the others from it.',
}

const SOURCE = `
The configuration is that of --config.file, or the one in force on the server of --alertmanager.url.`

/** `routes`, below `config` in upstream's program and a verb in ours, where it has more. */
export function routesCommand(hasMore = false): Command {
  const show: Command = {
    ...{ name: 'show', isDefault: true, help: `Show the tree of routes.\n${SOURCE}` },
    run: async (values) => (await import('./routes.ts')).showRoutes(values),
  }
  const testCommand: Command = {
    name: 'test',
    help: `Show the receivers of an alert with these labels, in the order of the tree.\n${SOURCE}

  ${hasMore ? 'vedette' : 'amtool config'} routes test --config.file=alertmanager.yml --verify.receivers=ops,page team=a severity=page`,
    argument: LABELS,
    flags: [
      { name: 'verify.receivers', takes: 'one', help: 'Fail unless these are the receivers (comma separated).' },
      { name: 'tree', help: 'Show the routes on the way.' },
      ...(hasMore ? [AT] : []),
    ],
    run: async (values) => (await import('./routes.ts')).testRoutes(values),
  }
  const explain: Command = {
    name: 'explain',
    help: `Show what each route does with an alert: which matcher refuses it, in which group it is told, and when.\n${SOURCE}`,
    argument: LABELS,
    flags: [AT],
    run: async (values) => (await import('./explain.ts')).explainRoutes(values),
  }
  return {
    ...{ name: 'routes', help: `Show the tree of routes.\n${SOURCE}` },
    flags: [{ name: 'config.file', takes: 'one', check: isFile, help: 'Configuration file to take the routes from.' }],
    commands: hasMore ? [show, testCommand, explain] : [show, testCommand],
  }
}

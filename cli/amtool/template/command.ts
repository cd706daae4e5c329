import { isFile, isOneOf } from '../checks.ts'
import type { Argument, Command, Flag } from '../command-line/grammar.ts'

const TYPES = ['html', 'text'] as const

const TEXT: Flag = { name: 'template.text', takes: 'one', isRequired: true, help: 'The text to render.' }
const TYPE: Flag = {
  ...{ name: 'template.type', takes: 'one', check: isOneOf(TYPES), choices: TYPES },
  help: 'Which of the two engines: text (unless told) or html.',
}

/** `template` as amtool has it. */
export function templateCommand(): Command {
  return { name: 'template', help: 'Render templates.', commands: [renderCommand()] }
}

/** The same with what only our router can do. */
export function routerTemplateCommand(matchers: Argument): Command {
  const preview: Command = {
    ...{ name: 'preview', isOnline: true, argument: matchers },
    help: `Print what a text makes of the alerts of the router, by the templates in force there.
With matchers alone of all alerts that fire and match; otherwise of a group.

  vedette template preview --template.text='{{ template "slack.default.title" . }}' --receiver=team-a`,
    flags: [
      TEXT,
      TYPE,
      {
        name: 'definitions',
        takes: 'many',
        check: isFile,
        help: 'File with templates that hold before those in force.',
      },
      { name: 'receiver', short: 'r', takes: 'one', help: 'Use the first group of this receiver.' },
      { name: 'group-key', takes: 'one', help: 'Use the group with this key.' },
      {
        name: 'template.data',
        takes: 'one',
        check: isFile,
        help: 'JSON file with a notification, in place of alerts.',
      },
    ],
    run: async (values) => (await import('./preview.ts')).previewTemplate(values),
  }
  return { name: 'template', help: 'Render templates.', commands: [preview, renderCommand()] }
}

function renderCommand(): Command {
  return {
    ...{ name: 'render', help: 'Print what a text makes of a notification, with the templates of files.' },
    flags: [
      {
        ...{ name: 'template.glob', takes: 'many', isRequired: true },
        help: 'Pattern of files with templates.',
      },
      TEXT,
      TYPE,
      {
        ...{ name: 'template.data', takes: 'one' },
        help: 'JSON file with the notification, in the form that webhooks get; an example unless told.',
      },
    ],
    run: async (values) => (await import('./render.ts')).renderTemplate(values),
  }
}

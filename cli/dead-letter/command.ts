import { Command, InvalidArgumentError } from 'commander'
import { gather, serverOption } from '../query/options.ts'
import { endWithReader, fail } from '../query/output.ts'
import { changeLetters, listLetters, showLetter } from './letters.ts'
import type { ChangeOptions, ListOptions, SelectOptions } from './options.ts'

const HELP = `
What Elasticsearch refuses for good is kept by the collector, with the reason. Look at it, mend the cause (most often the
mapping of a field), and replay:
  vedette dead-letter list --type document_parsing_exception
  vedette dead-letter show 17
  vedette dead-letter replay --type document_parsing_exception
Letters go back to the queue under their own ids: nothing is doubled. What is refused again comes back, with one more attempt.

Exit codes: 0 done, 1 failed, 2 wrong command line.`

/** `vedette dead-letter`: what Elasticsearch refused for good, and what to do with it. */
export function deadLetterCommand(): Command {
  const command = new Command('dead-letter')
    .description('list, show, replay and drop what Elasticsearch refused for good')
    .addHelpText('after', HELP)
  command.addCommand(listCommand())
  command.addCommand(showCommand())
  command.addCommand(replayCommand())
  command.addCommand(dropCommand())
  return command
}

function listCommand(): Command {
  return addSelection(new Command('list').description('list dead letters, the oldest first'))
    .option('--limit <letters>', 'how many; 0 for all', parseLimit, 100)
    .action((options: ListOptions) => run('list', () => listLetters(options)))
}

function showCommand(): Command {
  return new Command('show')
    .description('show a dead letter with its document')
    .argument('<id>', 'number of the letter, as list prints it', parseId)
    .option('--json', 'print it as JSON')
    .addOption(serverOption())
    .action((id: number, options: SelectOptions) => run('show', () => showLetter(id, options)))
}

function replayCommand(): Command {
  const command = new Command('replay').description('put dead letters in the queue again')
  return addSelection(command)
    .argument('[id...]', 'numbers of letters')
    .option('--all', 'all of them')
    .action((ids: readonly string[], options: ChangeOptions) => {
      const numbers = ids.map(parseId)
      requireSelection(command, numbers, options)
      return run('replay', () => changeLetters('replay', numbers, options))
    })
}

function dropCommand(): Command {
  const command = new Command('drop').description('forget dead letters for good')
  return addSelection(command)
    .argument('[id...]', 'numbers of letters')
    .option('--all', 'all of them')
    .option('--yes', 'do it; without this nothing is dropped')
    .action((ids: readonly string[], options: ChangeOptions & { readonly yes?: true }) => {
      const numbers = ids.map(parseId)
      requireSelection(command, numbers, options)
      if (options.yes !== true) command.error('error: what is dropped is gone for good: say --yes')
      return run('drop', () => changeLetters('drop', numbers, options))
    })
}

function addSelection(command: Command): Command {
  return command
    .option('--type <error>', 'only with this type of error (repeatable)', gather)
    .option('--index <name>', 'only for this data stream (repeatable)', gather)
    .option('--since <time>', 'only since this time (2026-11-21T10:46:00Z)')
    .option('--until <time>', 'only before this time')
    .option('--json', 'print JSON')
    .addOption(serverOption())
}

function requireSelection(command: Command, ids: readonly number[], options: ChangeOptions): void {
  const { all, type, index, since, until } = options
  if (ids.length > 0 || all || type || index || since || until) return
  command.error('error: say which ones: their numbers, a filter, or --all')
}

async function run(verb: string, work: () => Promise<void>): Promise<void> {
  endWithReader()
  try {
    await work()
  } catch (error) {
    fail(`dead-letter ${verb}`, error)
  }
}

function parseId(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be the number of a letter, as list prints it.')
  return Number(text)
}

function parseLimit(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

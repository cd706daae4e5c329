import { isFile, isIndex } from '../checks.ts'
import type { Argument, Command } from '../command-line/grammar.ts'
import { annotationFlag } from '../flags.ts'

const NAME: Argument = { name: 'receiver', help: 'Name of the receiver.', isList: false }

/** What `vedette` has and amtool has not: receivers, and whether they work. */
export function receiversCommand(): Command {
  const list: Command = {
    ...{ name: 'list', isDefault: true, help: 'Show the receivers of the configuration in force.' },
    run: async (values) => (await import('./receivers.ts')).listReceivers(values),
  }
  const testCommand: Command = {
    ...{ name: 'test', argument: NAME },
    help: `Send a test notification through each integration of a receiver; fail unless all take it.
It says of itself that it is a test, and touches nothing that is open at the other end.

  vedette receivers test team-a --resolved
  vedette receivers test team-a --integration=slack --label alertname=Disk --label severity=page`,
    flags: [
      { name: 'integration', takes: 'one', help: 'Only integrations of this kind, such as webhook.' },
      { name: 'index', takes: 'one', check: isIndex, help: 'Of those only this one, from 0.' },
      { name: 'resolved', help: 'Tell of the end too, so that what the test opens is closed.' },
      {
        name: 'label',
        takes: 'many',
        placeholder: 'NAME=VALUE',
        help: 'Label of the alert; a made-up alert unless given.',
      },
      annotationFlag('alert'),
      {
        ...{ name: 'definition', takes: 'one', check: isFile },
        help: 'File with a receiver that is not in force, as it would stand in the configuration; the router must permit that.',
      },
    ],
    run: async (values) => (await import('./receivers.ts')).testReceiver(values),
  }
  return { name: 'receivers', help: 'Show receivers, and test them.', isOnline: true, commands: [list, testCommand] }
}

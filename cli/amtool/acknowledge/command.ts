import type { Argument, Command } from '../command-line/grammar.ts'
import { COMMENT, QUIET, userName } from '../flags.ts'

/** What `vedette alert` has and amtool has not: somebody's word that they look after alerts. */
export function acknowledgeCommands(matchers: Argument): readonly Command[] {
  const ack: Command = {
    ...{ name: 'ack', argument: matchers },
    help: `Acknowledge the alerts that match and fire now, and print the ID of that: they are not repeated until it ends.
Silences hide alerts; this does not. Their end, and new alerts of their group, are told.

  vedette alert ack Disk node=a --owner ann --for 2h --comment 'bringing a new one'`,
    flags: [
      {
        ...{ name: 'owner', takes: 'one', default: userName(), placeholder: 'OWNER' },
        help: 'Who looks after them; the user of this machine unless told.',
      },
      { name: 'for', takes: 'one', default: '1h', help: 'How long.' },
      { ...COMMENT, help: 'What is done about them.' },
    ],
    run: async (values) => (await import('./acknowledge.ts')).acknowledge(values),
  }
  const acks: Command = {
    name: 'acks',
    help: 'Show acknowledgements that are in force.',
    flags: [{ name: 'ended', help: 'Show those that have ended, and no others.' }, QUIET],
    run: async (values) => (await import('./acknowledge.ts')).showAcknowledgements(values),
  }
  const unack: Command = {
    ...{ name: 'unack', help: 'Withdraw acknowledgements.' },
    argument: { name: 'acknowledgement-ids', help: 'IDs of acknowledgements.', isList: true },
    run: async (values) => (await import('./acknowledge.ts')).withdraw(values),
  }
  return [ack, acks, unack]
}

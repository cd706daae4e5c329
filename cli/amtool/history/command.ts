import { isInteger } from '../checks.ts'
import type { Argument, Command, Flag } from '../command-line/grammar.ts'

const limit = (count: number, what: string): Flag => {
  return { name: 'limit', takes: 'one', default: String(count), check: isInteger, help: `Most ${what} that are shown.` }
}

const FINGERPRINT: Flag = { name: 'fingerprint', takes: 'one', help: 'The alert with this fingerprint.' }

/** `vedette alert explain`: why alerts were told, or not. */
export function explainCommand(matchers: Argument): Command {
  return {
    name: 'explain',
    help: `Say whether and why alerts were told, or not, and what will come of them.
Labels of an alert that there is not are explained too: what would become of it. With --output=extended all that the
verdict follows from is shown: routes, groups, timers, what mutes it, the last decision and notification.

  vedette alert explain Disk node=a
  vedette alert explain -o extended severity=~'page|ticket'`,
    argument: matchers,
    flags: [FINGERPRINT, limit(10, 'alerts')],
    run: async (values) => (await import('./explain.ts')).explainAlerts(values),
  }
}

/** `vedette notifications`: what was told to whom. */
export function notificationsCommand(matchers: Argument): Command {
  const time = 'a time (RFC3339) or how long ago, such as 24h'
  const list: Command = {
    ...{ name: 'list', isDefault: true, argument: matchers },
    help: `Show notifications, the last first: those with an alert, or of a group, that matches.

  vedette notifications --outcome failed --since 24h
  vedette notifications --outcome all Disk          also why there was none`,
    flags: [
      { name: 'receiver', short: 'r', takes: 'one', help: 'To this receiver.' },
      { name: 'integration', takes: 'one', help: 'Through integrations of this kind, such as webhook.' },
      { name: 'group-key', takes: 'one', help: 'Of the group with this key.' },
      FINGERPRINT,
      {
        ...{ name: 'outcome', takes: 'many' },
        help: 'With this outcome: sent, partly_sent, told_elsewhere, failed (these unless told), muted, ..., or all.',
      },
      { name: 'since', takes: 'one', help: `That ended since ${time}.` },
      { name: 'until', takes: 'one', help: `That began before ${time}.` },
      limit(50, 'notifications'),
    ],
    run: async (values) => (await import('./notifications.ts')).listNotifications(values),
  }
  const show: Command = {
    ...{ name: 'show', help: 'Show a notification with its attempts.' },
    argument: { name: 'id', help: 'ID of a notification.', isList: false },
    run: async (values) => (await import('./notifications.ts')).showNotification(values),
  }
  return {
    ...{ name: 'notifications', isOnline: true, commands: [list, show] },
    help: 'Show what was told to whom, with every attempt.',
  }
}

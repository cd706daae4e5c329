import type { Path } from '#lib/config/diagnostic.ts'
import { duration, mapping, optional, type Static, section, text } from '#lib/config/schema.ts'
import type { ReceiverConfig } from './receivers/receivers.ts'
import { checkReference } from './references.ts'
import type { RouteContext } from './route.ts'

export const fallbackSchema = section('Whom to tell in place of a receiver that cannot be told.', {
  receiver: optional(text({ description: 'Name of the receiver for all that have none of their own below.' })),
  after: duration({
    description: 'How long a receiver may fail before; a failure that cannot mend itself is told about at once.',
    default: '5m',
  }),
  receivers: mapping(text({ description: 'Name of its fallback; empty for none.' }), {
    description: 'Names of receivers, each with a fallback of its own.',
    default: {},
  }),
})

/** Who is told in place of whom, and when. A fallback has no fallback, so nothing goes round in circles. */
export interface FallbackRule {
  readonly afterMs: number
  /** For receivers that have none of their own. */
  readonly receiver: string | undefined
  /** Fallbacks by the name of the receiver; undefined for those that shall have none. */
  readonly receivers: ReadonlyMap<string, string | undefined>
}

/** The receiver that is told in place of this one; undefined if there is none. */
export function fallbackOf({ receiver, receivers }: FallbackRule, name: string): string | undefined {
  if (receivers.has(name)) return receivers.get(name)
  return receiver === name ? undefined : receiver
}

/** All that may be told in place of another. */
export function* fallbackReceivers(rule: FallbackRule | undefined): Generator<string> {
  if (rule === undefined) return
  for (const name of [rule.receiver, ...rule.receivers.values()]) if (name !== undefined) yield name
}

/** Reads who falls back on whom; undefined if nobody does. */
export function readFallback(
  { receiver, receivers, after }: Static<typeof fallbackSchema>,
  path: Path,
  { receivers: known, report }: Pick<RouteContext, 'receivers' | 'report'>,
): FallbackRule | undefined {
  const check = (name: string, at: Path, side?: 'key') =>
    checkReference({ what: 'receiver', name, known, usedIn: 'fallback' }, at, report, side)
  if (named(receiver) !== undefined) check(receiver ?? '', [...path, 'receiver'])
  for (const [name, fallback] of Object.entries(receivers)) {
    const at = [...path, 'receivers', name]
    check(name, at, 'key')
    if (fallback === name) report(at, `receiver "${name}" cannot be its own fallback`)
    else if (fallback !== '') check(fallback, at)
  }
  const own = new Map(Object.entries(receivers).map(([name, fallback]) => [name, named(fallback)]))
  const rule = { afterMs: after, receiver: named(receiver), receivers: own }
  return fallbackReceivers(rule).next().done === true ? undefined : rule
}

/** A fallback without integrations takes what it is told for told, and nobody hears it. */
export function warnOfSilentFallbacks(
  rule: FallbackRule | undefined,
  receivers: readonly ReceiverConfig[],
  warn: (message: string) => void,
): void {
  const names = new Set(fallbackReceivers(rule))
  for (const { name, integrations } of receivers) {
    if (names.has(name) && integrations.length === 0) {
      warn(`receiver "${name}" is a fallback and has no integrations, so it tells nobody`)
    }
  }
}

function named(name: string | undefined): string | undefined {
  return name === '' ? undefined : name
}

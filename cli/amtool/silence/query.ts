import { parseGoDuration } from '../../../alertmanager/config/go-duration.ts'
import { write } from '../../query/output.ts'
import type { Silence } from '../api/shapes.ts'
import type { Values } from '../command-line/grammar.ts'
import { connect } from '../connection.ts'
import { epochMs } from '../format/time.ts'
import { matcherModeOf, withAlertname } from '../matchers.ts'
import { print } from '../print.ts'

/** `silence query`: silences that have these matchers, those in force and to come unless `--expired`. */
export async function querySilences(values: Values): Promise<void> {
  const filters = withAlertname(values.texts('matcher-groups'), matcherModeOf(values))
  const client = await connect(values)
  const silences = await client.silences(new URLSearchParams(filters.map((filter) => ['filter', filter])))
  await printSilences(values, silences.filter(createFilter(values, Date.now())))
}

export async function printSilences(values: Values, silences: readonly Silence[]): Promise<void> {
  if (values.isOn('quiet')) await write(silences.map(({ id }) => `${id}\n`).join(''))
  else await print(values, (formatter) => formatter.silences(silences))
}

function createFilter(values: Values, nowMs: number): (silence: Silence) => boolean {
  const isExpired = values.isOn('expired')
  const withinMs = parseGoDuration(values.text('within') ?? '0') ?? 0
  const [creator, wantedId] = [values.text('created-by') ?? '', values.text('id') ?? '']
  return ({ endsAt, createdBy, id }) => {
    const leftMs = epochMs(endsAt) - nowMs
    if (isExpired ? leftMs > 0 : leftMs < 0) return false
    if (withinMs > 0 && (isExpired ? leftMs < -withinMs : leftMs > withinMs)) return false
    return (creator === '' || createdBy === creator) && (wantedId === '' || id === wantedId)
  }
}

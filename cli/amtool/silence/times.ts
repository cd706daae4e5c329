import { parseDuration } from '#lib/duration.ts'
import { CommandError, type Values } from '../command-line/grammar.ts'
import { epochMs, parseRfc3339 } from '../format/time.ts'

export interface Times {
  readonly startsAt: string
  readonly endsAt: string
}

/** The times of a silence as the flags have them: an end, or a duration from the start on, or as they were. */
export async function readTimes(values: Values, before: Times): Promise<Times> {
  const [start, end, duration] = ['start', 'end', 'duration'].map((name) => values.text(name) ?? '')
  const startsAt = start === '' ? before.startsAt : await parseRfc3339(start!)
  let { endsAt } = before
  if (end !== '') endsAt = await parseRfc3339(end!)
  else if (duration !== '') endsAt = new Date(epochMs(startsAt) + readDuration(duration!)).toISOString()
  if (epochMs(startsAt) > epochMs(endsAt)) throw new CommandError('silence cannot start after it ends')
  return { startsAt, endsAt }
}

function readDuration(text: string): number {
  const durationMs = parseDuration(text)
  if (durationMs === undefined) throw new CommandError(`not a valid duration string: ${JSON.stringify(text)}`)
  if (durationMs === 0) throw new CommandError('silence duration must be greater than 0')
  return durationMs
}

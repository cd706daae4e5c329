import { messageOf } from '#lib/errors.ts'
import { type Label, LabelSet } from '#lib/labels.ts'

/** What cannot be taken over from another member; thrown and caught in this folder only. */
export class BadRecord extends Error {}

/** Longest text of a record, in characters. */
const MAX_TEXT = 1024 ** 2
/** Most labels of an alert, annotations of one, or matchers of a silence. */
const MAX_PARTS = 1_000
/** The last moment that JavaScript's calendar has. */
const MAX_TIME_MS = 8.64e15

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function readList(value: unknown, most = MAX_PARTS): readonly unknown[] {
  if (!Array.isArray(value)) throw new BadRecord('a list is missing')
  if (value.length > most) throw new BadRecord(`a list has ${value.length} items, more than ${most}`)
  return value
}

export function readText(value: unknown, most = MAX_TEXT): string {
  if (typeof value !== 'string') throw new BadRecord('a text is missing')
  if (value.length > most) throw new BadRecord(`a text has ${value.length} characters, more than ${most}`)
  if (!value.isWellFormed()) throw new BadRecord('a text is not well-formed')
  return value
}

export function readInteger(value: unknown, least: number, most: number): number {
  if (!Number.isSafeInteger(value)) throw new BadRecord('an integer is missing')
  const number = Number(value)
  if (number < least || number > most) throw new BadRecord(`${number} is not within ${least} and ${most}`)
  return number
}

/** Epoch milliseconds. */
export function readTime(value: unknown, latestMs = MAX_TIME_MS): number {
  return readInteger(value, -MAX_TIME_MS, latestMs)
}

/** Name and value in turn: members of a JSON object would need no less checking. */
export function readLabels(value: unknown): LabelSet {
  const texts = readList(value, 2 * MAX_PARTS).map((text) => readText(text))
  if (texts.length % 2 !== 0) throw new BadRecord('a name has no value')
  const labels: Label[] = []
  for (let at = 0; at < texts.length; at += 2) labels.push([texts[at]!, texts[at + 1]!])
  return LabelSet.of(labels)
}

export function writeLabels(labels: LabelSet): readonly string[] {
  return [...labels].flat()
}

/** Reads each record; what cannot be read is refused, and costs the others nothing. */
export function readEach<T>(
  records: readonly unknown[],
  read: (record: Readonly<Record<string, unknown>>) => T,
  refuse: (why: string) => void,
): T[] {
  const taken: T[] = []
  for (const record of records) {
    try {
      if (!isObject(record)) throw new BadRecord('a record is no object')
      taken.push(read(record))
    } catch (error) {
      if (!(error instanceof BadRecord)) throw error
      refuse(messageOf(error))
    }
  }
  return taken
}

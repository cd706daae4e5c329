import { randomUUID } from 'node:crypto'
import { LabelSet } from '#lib/labels.ts'
import { Matcher, type MatchOperator } from '#lib/matchers.ts'
import type { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { readSnapshot, readTimestamp, within } from '../store/snapshot.ts'
import type { Silence } from './silence.ts'

/** In the order of their numbers in Alertmanager's files. */
const OPERATORS: readonly MatchOperator[] = ['=', '=~', '!=', '!~']

/**
 * The silences of Alertmanager's snapshot file. One with several sets of matchers, of which any may hold, becomes as
 * many silences, the first with its id.
 *
 * @throws SnapshotDamaged after what could be read
 */
export function* readSilences(file: Buffer): Generator<Silence> {
  for (const message of readSnapshot(file)) {
    const { sets, ...silence } = readSilence(message)
    for (const [index, matchers] of sets.entries()) {
      if (matchers !== undefined) yield { ...silence, id: index === 0 ? silence.id : randomUUID(), matchers }
    }
  }
}

/** Undefined if one of them cannot be compiled: without it the silence would mute more than it was meant to. */
type Matchers = readonly Matcher[] | undefined

function readSilence(reader: ProtoReader): Omit<Silence, 'matchers'> & { readonly sets: readonly Matchers[] } {
  const silence = { id: '', startsAtMs: 0, endsAtMs: 0, updatedAtMs: 0, createdBy: '', comment: '' }
  const annotations: [string, string][] = []
  const first: (Matcher | undefined)[] = []
  const sets: Matchers[] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) silence.id = reader.text()
    else if (field === 2) first.push(readMatcher(within(reader)))
    else if (field === 3) silence.startsAtMs = readTimestamp(reader)
    else if (field === 4) silence.endsAtMs = readTimestamp(reader)
    else if (field === 5) silence.updatedAtMs = readTimestamp(reader)
    else if (field === 7) readOldComment(within(reader), silence)
    else if (field === 8) silence.createdBy = reader.text()
    else if (field === 9) silence.comment = reader.text()
    else if (field === 10) annotations.push(readPair(within(reader)))
    else if (field === 11) sets.push(readSet(within(reader)))
  }
  // Files of releases that have sets hold the first one twice.
  return { ...silence, annotations: LabelSet.of(annotations), sets: sets.length > 0 ? sets : [complete(first)] }
}

function readSet(reader: ProtoReader): Matchers {
  const matchers: (Matcher | undefined)[] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) matchers.push(readMatcher(within(reader)))
  }
  return complete(matchers)
}

function complete(matchers: readonly (Matcher | undefined)[]): Matchers {
  const compiled = matchers.filter((matcher) => matcher !== undefined)
  return compiled.length > 0 && compiled.length === matchers.length ? compiled : undefined
}

function readMatcher(reader: ProtoReader): Matcher | undefined {
  let [type, name, value] = [0, '', '']
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) type = reader.value
    else if (field === 2) name = reader.text()
    else if (field === 3) value = reader.text()
  }
  const operator = OPERATORS[type]
  const result = operator === undefined ? undefined : Matcher.create(name, operator, value)
  return result?.ok === true ? result.matcher : undefined
}

/** Releases before 0.16 kept a list of comments, of which the first counts. */
function readOldComment(reader: ProtoReader, silence: { createdBy: string; comment: string }): void {
  if (silence.comment !== '') return
  const [author, comment] = readPair(reader)
  silence.createdBy = author
  silence.comment = comment
}

/** Two texts: an entry of a mapping, or an author and a comment. */
function readPair(reader: ProtoReader): [string, string] {
  const pair: [string, string] = ['', '']
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1 || field === 2) pair[field - 1] = reader.text()
  }
  return pair
}

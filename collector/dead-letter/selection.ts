import { CodedError } from '#lib/errors.ts'
import type { StoredLetter } from './dead-letters.ts'

/** Which letters are meant: those that all of these fit. */
export interface Selection {
  /** Error types, such as `document_parsing_exception`. */
  readonly types: readonly string[]
  /** Data streams. */
  readonly indices: readonly string[]
  /** Bounds of when they were buried, epoch milliseconds. */
  readonly sinceMs: number
  readonly untilMs: number
  readonly ids: ReadonlySet<number> | undefined
}

const MOST_VALUES = 100
const MOST_IDS = 1_000

/** What a request may say of a selection. */
export interface SelectionRequest {
  readonly type?: unknown
  readonly index?: unknown
  readonly since?: unknown
  readonly until?: unknown
  readonly ids?: unknown
}

/** @throws CodedError PARAMETER_INVALID */
export function parseSelection({ type, index, since, until, ids }: SelectionRequest): Selection {
  return {
    types: textsOf('type', type),
    indices: textsOf('index', index),
    sinceMs: timeOf('since', since, Number.NEGATIVE_INFINITY),
    untilMs: timeOf('until', until, Number.POSITIVE_INFINITY),
    ids: idsOf(ids),
  }
}

export function isSelected(selection: Selection, { id, head }: StoredLetter): boolean {
  const { types, indices, sinceMs, untilMs, ids } = selection
  if (ids !== undefined && !ids.has(id)) return false
  if (types.length > 0 && !types.includes(head.type)) return false
  if (indices.length > 0 && !indices.includes(head.index)) return false
  const atMs = Date.parse(head.at)
  return !(atMs < sinceMs || atMs >= untilMs)
}

function textsOf(name: string, value: unknown): readonly string[] {
  if (value === undefined) return []
  const values = Array.isArray(value) ? (value as unknown[]) : [value]
  if (values.length > MOST_VALUES || !values.every((each) => typeof each === 'string')) {
    throw new CodedError('PARAMETER_INVALID', [name, `must be a text or at most ${MOST_VALUES} texts`])
  }
  return values as string[]
}

function timeOf(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback
  const ms = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(ms)) throw new CodedError('PARAMETER_INVALID', [name, 'must be a time such as 2026-11-21T10:46:00Z'])
  return ms
}

function idsOf(value: unknown): ReadonlySet<number> | undefined {
  if (value === undefined) return undefined
  const isList = Array.isArray(value) && value.length <= MOST_IDS
  if (!isList || !value.every((id) => Number.isSafeInteger(id) && (id as number) >= 0)) {
    throw new CodedError('PARAMETER_INVALID', ['ids', `must be a list of at most ${MOST_IDS} numbers`])
  }
  return new Set(value as number[])
}

import type { Block } from '../../block/block.ts'
import type { BlockColumn } from '../../block/column.ts'
import type { FieldType } from '../../mapping/field-type.ts'
import { dayTimeOf } from '../../time/day.ts'
import type { TypedColumn } from './typed-column.ts'
import type { ValueTest } from './value-test.ts'
import { WordScan } from './word-scan.ts'

type TestOf = (type: FieldType) => ValueTest

/**
 * Sets to one, in `matched`, the wanted rows that have a matching value in a column. A dictionary is asked once per
 * entry; other columns value by value, and only for wanted rows.
 */
export function markRows(
  block: Block,
  typed: TypedColumn,
  testOf: TestOf,
  wanted: Uint8Array,
  matched: Uint8Array,
): void {
  const { column } = typed
  const single = typed.type === undefined ? undefined : testOf(typed.type)
  if (column.isRowTime && single?.between !== undefined) {
    markTimes(block, single.between, wanted, matched)
  } else if (single?.joinsValues === true && column.count > 0 && hasSeveral(column, block.rows)) {
    markJoined(column, single, wanted, matched)
  } else if (column.dictionary !== undefined) {
    markCodes(typed, single, testOf, wanted, matched)
  } else if (single?.words !== undefined && !column.isRowTime) {
    markWords(column, single, wanted, matched)
  } else if (single?.literal !== undefined && !column.isRowTime) {
    const values = new Uint8Array(column.count)
    new WordScan(column.text, column.count).markContaining(single.literal, values)
    markWhere(column, wanted, matched, (value) => values[value] === 1 && single.matches(column.value(value)))
  } else if (single?.equals !== undefined && !column.isRowTime) {
    markEqual(column, single.equals, wanted, matched)
  } else {
    markEach(typed, single, testOf, wanted, matched)
  }
}

function hasSeveral(column: BlockColumn, rows: number): boolean {
  if (column.isDense) return false
  const { firstValues } = column
  for (let row = 0; row < rows; row++) if (firstValues[row + 1]! - firstValues[row]! > 1) return true
  return false
}

function markTimes(block: Block, [from, to]: readonly [bigint, bigint], wanted: Uint8Array, matched: Uint8Array): void {
  const [first, last] = boundsWithin(block.day, from, to)
  const { ns } = block
  for (let row = 0; row < wanted.length; row++)
    if (ns[row]! >= first && ns[row]! <= last) matched[row] = matched[row]! | wanted[row]!
}

/** The part of a range of nanoseconds since 1970 that lies in a day, as nanoseconds of that day. */
export function boundsWithin(day: number, from: bigint, to: bigint): readonly [number, number] {
  const [first, last] = [dayTimeOf(from), dayTimeOf(to)]
  return [
    first.day < day ? Number.NEGATIVE_INFINITY : first.day > day ? Number.POSITIVE_INFINITY : first.ns,
    last.day > day ? Number.POSITIVE_INFINITY : last.day < day ? Number.NEGATIVE_INFINITY : last.ns,
  ]
}

function markJoined(column: BlockColumn, test: ValueTest, wanted: Uint8Array, matched: Uint8Array): void {
  for (let row = 0; row < wanted.length; row++) {
    if (wanted[row] === 0 || matched[row] === 1) continue
    const texts: string[] = []
    for (let value = column.firstValue(row); value < column.firstValue(row + 1); value++)
      texts.push(column.value(value))
    if (texts.length > 0 && test.matches(texts.join('\n'))) matched[row] = 1
  }
}

function markCodes(
  typed: TypedColumn,
  single: ValueTest | undefined,
  testOf: TestOf,
  wanted: Uint8Array,
  matched: Uint8Array,
): void {
  const { column } = typed
  const { entries, codes } = column.dictionary!
  const hits = new Uint8Array(entries.length)
  let any = false
  for (let entry = 0; entry < entries.length; entry++) {
    if (!matchesText(typed, single, testOf, column.entryText(entry))) continue
    hits[entry] = 1
    any = true
  }
  if (!any) return
  if (column.isDense) {
    for (let row = 0; row < wanted.length; row++)
      matched[row] = matched[row]! | (wanted[row]! & hits[codes?.[row] ?? 0]!)
    return
  }
  const { firstValues } = column
  for (let row = 0; row < wanted.length; row++) {
    if (wanted[row] === 0) continue
    for (let value = firstValues[row]!; value < firstValues[row + 1]!; value++) {
      if (hits[codes?.[value] ?? 0] === 1) matched[row] = 1
    }
  }
}

function matchesText(typed: TypedColumn, single: ValueTest | undefined, testOf: TestOf, text: string): boolean {
  const type = typed.typeOf(text)
  return type !== undefined && (single ?? testOf(type)).matches(text)
}

/** Fewer wanted values than this are looked at one by one. */
const FEW_VALUES = 64

function markWords(column: BlockColumn, test: ValueTest, wanted: Uint8Array, matched: Uint8Array): void {
  const { list, mode, isExact } = test.words!
  const wantedRows = wanted.reduce((sum, one) => sum + one, 0)
  if (wantedRows <= FEW_VALUES) {
    markWhere(column, wanted, matched, (value) => test.matches(column.value(value)))
    return
  }
  const scan = new WordScan(column.text, column.count)
  const values = new Uint8Array(column.count)
  for (const [place, word] of list.entries()) {
    if (mode === 'any' || place === 0) {
      scan.mark(word, values)
      continue
    }
    const having = new Uint8Array(column.count)
    scan.mark(word, having)
    for (let value = 0; value < values.length; value++) values[value] = values[value]! & having[value]!
  }
  markWhere(column, wanted, matched, (value) => values[value] === 1 && (isExact || test.matches(column.value(value))))
}

/** Compares bytes; only a value with an escape in it has to be decoded. */
function markEqual(column: BlockColumn, expected: string, wanted: Uint8Array, matched: Uint8Array): void {
  const { bytes, starts } = column.text
  const target = Buffer.from(expected)
  const hasEscapes = bytes.includes(0x5c)
  markWhere(column, wanted, matched, (value) => {
    const start = starts[value]!
    const end = starts[value + 1]! - 1
    // The first byte alone tells most values apart; an empty one has none.
    if (end - start === target.length && (end === start || bytes[start] === target[0])) {
      if (target.compare(bytes, start, end) === 0) return !hasEscapes || column.value(value) === expected
    }
    return hasEscapes && bytes.subarray(start, end).includes(0x5c) && column.value(value) === expected
  })
}

function markEach(
  typed: TypedColumn,
  single: ValueTest | undefined,
  testOf: TestOf,
  wanted: Uint8Array,
  matched: Uint8Array,
): void {
  const { column } = typed
  markWhere(column, wanted, matched, (value) => matchesText(typed, single, testOf, column.value(value)))
}

function markWhere(
  column: BlockColumn,
  wanted: Uint8Array,
  matched: Uint8Array,
  matches: (value: number) => boolean,
): void {
  for (let row = 0; row < wanted.length; row++) {
    if (wanted[row] === 0 || matched[row] === 1) continue
    const end = column.firstValue(row + 1)
    for (let value = column.firstValue(row); value < end; value++) {
      if (!matches(value)) continue
      matched[row] = 1
      break
    }
  }
}

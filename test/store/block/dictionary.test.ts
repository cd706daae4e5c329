import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ColumnsInput } from '../../../store/block/columns.ts'
import { DictionaryBuilder } from '../../../store/block/dictionary.ts'
import { DocumentReader } from '../../../store/json/document-reader.ts'
import { DocumentTable } from '../../../store/json/document-table.ts'
import { ShapeRegistry } from '../../../store/json/shape.ts'

/** The codes of a column of these values, or undefined if it is no dictionary. */
function codesOf(values: readonly string[]): number[] | undefined {
  const lines = values.map((value) => `${JSON.stringify({ value })}\n`)
  const table = new DocumentTable().begin(Buffer.from(lines.join('')))
  const reader = new DocumentReader(table, new ShapeRegistry())
  let at = 0
  for (const line of lines) {
    assert.equal(reader.read(at, at + line.length - 1), undefined)
    at += line.length
  }
  const columns = new ColumnsInput()
  columns.gather(
    table,
    Int32Array.from(values, (_, row) => row),
    values.length,
  )
  const [column] = columns.columns
  assert.equal(column?.count, values.length)
  const builder = new DictionaryBuilder()
  if (!builder.build(table, column)) return undefined
  const entries = builder.firstRuns.map((run) => table.bytes.toString('utf8', column.starts[run], column.ends[run]))
  assert.equal(new Set(entries).size, entries.length)
  const codes = [...builder.codes.subarray(0, values.length)]
  assert.deepEqual(
    codes.map((code) => entries[code]),
    values,
  )
  return codes
}

const valuesInTurn = (count: number, distinct: number) =>
  Array.from({ length: count }, (_, index) => `web-${index % distinct}-x`)

test('equal values have the same code, whether they come in runs or in turn', () => {
  assert.deepEqual(codesOf(['a', 'a', 'b', '', 'b', 'a', '']), [0, 0, 1, 2, 1, 0, 2])
  assert.equal(new Set(codesOf(valuesInTurn(5000, 3))).size, 3)
})

test('a column of hundreds of senders in turn is a dictionary though its first values are all distinct', () => {
  assert.equal(new Set(codesOf(valuesInTurn(4000, 500))).size, 500)
})

test('a column of distinct values is a dictionary only if they are few', () => {
  assert.equal(codesOf(valuesInTurn(4000, 4000)), undefined)
  assert.equal(codesOf(valuesInTurn(200, 150)), undefined)
  assert.notEqual(codesOf(valuesInTurn(120, 120)), undefined)
})

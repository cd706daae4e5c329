import type { DocumentTable } from '../json/document-table.ts'
import type { Leaf, Shape } from '../json/shape.ts'

/** Which column the leaves of a field go to: strings and bare values of one path are two columns. */
export function columnKey({ path, kind }: Leaf): string {
  return kind === 'string' ? `"${path}` : path
}

/** The values of one field in some rows. Values that stand at the same place of the request are one run. */
export class ColumnInput {
  leaf: Leaf
  /** Values in all runs. */
  count = 0
  runs = 0
  /** By run: where the value begins and ends in the bytes. */
  starts = new Int32Array(256)
  ends = new Int32Array(256)
  /** By run: the number of its first value, and the row of the table that this is in. */
  firstValues = new Int32Array(256)
  firstRows = new Int32Array(256)
  lastStart = -1
  /** Whether no row has more than one value. */
  isSingle = true

  constructor(leaf: Leaf) {
    this.leaf = leaf
  }

  begin(leaf: Leaf): void {
    this.leaf = leaf
    this.count = 0
    this.runs = 0
    this.lastStart = -1
    this.isSingle = true
  }

  /** Begins a run; the caller counts its values. */
  beginRun(start: number, end: number, row: number): void {
    const run = this.runs++
    if (run === this.starts.length) this.#grow()
    this.lastStart = start
    this.starts[run] = start
    this.ends[run] = end
    this.firstValues[run] = this.count
    this.firstRows[run] = row
  }

  /** The number of the value after a run. */
  endOfRun(run: number): number {
    return run + 1 < this.runs ? this.firstValues[run + 1]! : this.count
  }

  #grow(): void {
    for (const name of ['starts', 'ends', 'firstValues', 'firstRows'] as const) {
      const grown = new Int32Array(this[name].length * 4)
      grown.set(this[name])
      this[name] = grown
    }
  }
}

/** The shapes and columns of some rows, in the order in which they first appear; a reader derives the same order. */
export class ColumnsInput {
  shapes: Shape[] = []
  shapeCodes = new Uint16Array(0)
  columns: ColumnInput[] = []
  readonly #byKey = new Map<string, ColumnInput>()
  /** Columns of earlier rows, used again because their memory is large. */
  readonly #unused: ColumnInput[] = []

  /** Forgets the rows it had and takes others. */
  gather(table: DocumentTable, rows: Int32Array, count: number): void {
    this.#unused.push(...this.columns.splice(0, MAX_UNUSED_COLUMNS))
    this.#unused.length = Math.min(this.#unused.length, MAX_UNUSED_COLUMNS)
    this.columns = []
    this.#byKey.clear()
    this.shapes = []
    this.shapeCodes = new Uint16Array(count)
    const codes = new Map<Shape, number>()
    const columnsOfShapes: ColumnInput[][] = []
    let lastShape: Shape | undefined
    let code = 0
    let columns: ColumnInput[] = []
    for (let index = 0; index < count; index++) {
      const row = rows[index]!
      const shape = table.shapes[row]!
      if (shape !== lastShape) {
        lastShape = shape
        let known = codes.get(shape)
        if (known === undefined) {
          known = this.shapes.push(shape) - 1
          codes.set(shape, known)
          columnsOfShapes.push(this.#columnsOf(shape))
        }
        code = known
        columns = columnsOfShapes[code]!
      }
      this.shapeCodes[index] = code
      addRow(table, row, columns)
    }
  }

  #columnsOf({ leaves }: Shape): ColumnInput[] {
    const columns = leaves.map((leaf) => this.#column(leaf))
    const seen = new Set<ColumnInput>()
    for (const column of columns) {
      if (seen.has(column)) column.isSingle = false
      seen.add(column)
    }
    return columns
  }

  #column(leaf: Leaf): ColumnInput {
    const key = columnKey(leaf)
    let column = this.#byKey.get(key)
    if (column === undefined) {
      column = this.#unused.pop() ?? new ColumnInput(leaf)
      column.begin(leaf)
      this.#byKey.set(key, column)
      this.columns.push(column)
    }
    return column
  }
}

function addRow({ leafFrom, leafStarts, leafEnds }: DocumentTable, row: number, columns: readonly ColumnInput[]): void {
  const from = leafFrom[row]!
  for (let leaf = 0; leaf < columns.length; leaf++) {
    const column = columns[leaf]!
    // Sums are cut to 32 bits as in equalBytes.
    const start = leafStarts[(from + leaf) | 0]!
    if (start !== column.lastStart) column.beginRun(start, leafEnds[(from + leaf) | 0]!, row)
    column.count += 1
  }
}

const MAX_UNUSED_COLUMNS = 64

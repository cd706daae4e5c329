import type { DocumentTable } from '../json/document-table.ts'
import type { Leaf, Shape } from '../json/shape.ts'

/** Which column the leaves of a field go to: strings and bare values of one path are two columns. */
export function columnKey({ path, kind }: Leaf): string {
  return kind === 'string' ? `"${path}` : path
}

/** The values of one field in some rows, as places in the table's leaves. */
export class ColumnInput {
  leaf: Leaf
  leaves = new Int32Array(1024)
  count = 0

  constructor(leaf: Leaf) {
    this.leaf = leaf
  }

  add(leaf: number): void {
    if (this.count === this.leaves.length) {
      const grown = new Int32Array(this.count * 2)
      grown.set(this.leaves)
      this.leaves = grown
    }
    this.leaves[this.count++] = leaf
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
          columnsOfShapes.push(shape.leaves.map((leaf) => this.#column(leaf)))
        }
        code = known
        columns = columnsOfShapes[code]!
      }
      this.shapeCodes[index] = code
      const from = table.leafFrom[row]!
      for (let leaf = 0; leaf < columns.length; leaf++) columns[leaf]!.add(from + leaf)
    }
  }

  #column(leaf: Leaf): ColumnInput {
    const key = columnKey(leaf)
    let column = this.#byKey.get(key)
    if (column === undefined) {
      column = this.#unused.pop() ?? new ColumnInput(leaf)
      column.leaf = leaf
      column.count = 0
      this.#byKey.set(key, column)
      this.columns.push(column)
    }
    return column
  }
}

const MAX_UNUSED_COLUMNS = 64

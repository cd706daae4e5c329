/**
 * Aligns the cells of lines, which end with tabs, as Go's text/tabwriter does with two blanks of padding: a column is as
 * wide as its widest cell in neighbouring lines that have it, and what follows a line's last tab belongs to none.
 */
export function alignTabs(text: string): string {
  const lines = text.split('\n').map((line) => line.split('\t'))
  const widths = lines.map(() => [] as number[])
  measure(lines, widths, 0, lines.length, 0)
  return lines.map((cells, index) => cells.map((cell, at) => pad(cell, widths[index]![at])).join('')).join('\n')
}

const PADDING = 2

/** Column by column: a line without a cell that is ended by a tab ends the block of its column. */
function measure(lines: readonly string[][], widths: number[][], from: number, to: number, column: number): void {
  for (let start = from; start < to; ) {
    if (lines[start]!.length - 1 <= column) {
      start += 1
      continue
    }
    let end = start
    let width = 0
    while (end < to && lines[end]!.length - 1 > column) {
      width = Math.max(width, lengthOf(lines[end]![column]!) + PADDING)
      end += 1
    }
    // Empty throughout: the column has no width, and not even padding.
    for (let line = start; line < end; line++) widths[line]![column] = width
    measure(lines, widths, start, end, column + 1)
    start = end
  }
}

function pad(cell: string, width: number | undefined): string {
  return width === undefined ? cell : cell + ' '.repeat(Math.max(0, width - lengthOf(cell)))
}

/** In code points, as Go counts. */
function lengthOf(text: string): number {
  let length = 0
  for (const _ of text) length += 1
  return length
}

import type { Block } from '../../block/block.ts'
import { ALL_ROWS, type BlockFacts, type BlockQuery, isEmpty, NO_ROWS, type Verdict } from './block-query.ts'

export interface BoolParts {
  readonly must: readonly BlockQuery[]
  readonly should: readonly BlockQuery[]
  readonly mustNot: readonly BlockQuery[]
  readonly minimumShould: number
}

/** Puts queries together; what is decided for every block falls away. */
export function boolQuery({ must, should, mustNot, minimumShould }: BoolParts): BlockQuery {
  if (must.includes(NO_ROWS) || mustNot.includes(ALL_ROWS)) return NO_ROWS
  const parts: BlockQuery[] = [
    ...must.filter((query) => query !== ALL_ROWS),
    ...mustNot.filter((query) => query !== NO_ROWS).map(notQuery),
  ]
  if (minimumShould > 0) {
    const always = should.filter((query) => query === ALL_ROWS).length
    const open = should.filter((query) => query !== ALL_ROWS && query !== NO_ROWS)
    const needed = minimumShould - always
    if (needed > open.length) return NO_ROWS
    if (needed > 0) parts.push(orQuery(open, needed))
  }
  return andQuery(parts)
}

function andQuery(parts: readonly BlockQuery[]): BlockQuery {
  if (parts.length === 0) return ALL_ROWS
  if (parts.length === 1) return parts[0]!
  const inOrder = parts.toSorted((a, b) => a.cost - b.cost)
  return {
    cost: sum(parts),
    verdict(facts) {
      let all = true
      for (const part of inOrder) {
        const verdict = part.verdict(facts)
        if (verdict === 'none') return 'none'
        if (verdict === 'some') all = false
      }
      return all ? 'all' : 'some'
    },
    narrow(block, rows) {
      for (const part of inOrder) {
        part.narrow(block, rows)
        if (isEmpty(rows)) return
      }
    },
  }
}

function notQuery(query: BlockQuery): BlockQuery {
  return {
    cost: query.cost,
    verdict(facts) {
      const verdict = query.verdict(facts)
      return verdict === 'some' ? 'some' : verdict === 'all' ? 'none' : 'all'
    },
    narrow(block, rows) {
      const matching = rows.slice()
      query.narrow(block, matching)
      for (let row = 0; row < rows.length; row++) rows[row] = rows[row]! & ~matching[row]!
    },
  }
}

function orQuery(parts: readonly BlockQuery[], needed: number): BlockQuery {
  if (parts.length === 1) return parts[0]!
  const inOrder = parts.toSorted((a, b) => a.cost - b.cost)
  const verdict = (facts: BlockFacts): Verdict => {
    let all = 0
    let possible = 0
    for (const part of inOrder) {
      const one = part.verdict(facts)
      if (one !== 'none') possible += 1
      if (one === 'all') all += 1
    }
    return all >= needed ? 'all' : possible >= needed ? 'some' : 'none'
  }
  return {
    cost: sum(parts),
    verdict,
    narrow: (block, rows) =>
      needed === 1 ? narrowToAny(inOrder, block, rows) : narrowToSome(inOrder, needed, block, rows),
  }
}

function narrowToAny(parts: readonly BlockQuery[], block: Block, rows: Uint8Array): void {
  const open = rows.slice()
  rows.fill(0)
  for (const part of parts) {
    const matching = open.slice()
    part.narrow(block, matching)
    for (let row = 0; row < rows.length; row++) {
      rows[row] = rows[row]! | matching[row]!
      open[row] = open[row]! & ~matching[row]!
    }
    if (isEmpty(open)) return
  }
}

function narrowToSome(parts: readonly BlockQuery[], needed: number, block: Block, rows: Uint8Array): void {
  const counts = new Uint16Array(rows.length)
  for (const part of parts) {
    const matching = rows.slice()
    part.narrow(block, matching)
    for (let row = 0; row < rows.length; row++) counts[row] = counts[row]! + matching[row]!
  }
  for (let row = 0; row < rows.length; row++) if (counts[row]! < needed) rows[row] = 0
}

function sum(parts: readonly BlockQuery[]): number {
  return parts.reduce((total, { cost }) => total + cost, 0)
}

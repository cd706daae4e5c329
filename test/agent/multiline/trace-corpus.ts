import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { canFollow } from '../../../agent/multiline/can-follow.ts'
import { TraceGrammar } from '../../../agent/multiline/trace-grammar.ts'

const DIRECTORY = join(import.meta.dirname, '../../corpus/agent/multiline')

/** A record as a corpus file states it. */
export interface Expected {
  readonly lines: readonly string[]
  /** Whether its first line must be held back for the second; a line alone says nothing about that. */
  readonly isHeld: boolean
}

/**
 * Reads the corpus. `# record` begins a record that goes on to the next such line, `# record, not held` one whose
 * first line only the second shows to be a begin, and behind `# lines` each line is a record.
 */
export function readTraceCorpus(): Map<string, Expected[]> {
  const corpus = new Map<string, Expected[]>()
  for (const name of readdirSync(DIRECTORY).sort()) {
    const records: Expected[] = []
    let open: string[] | undefined
    for (const line of readFileSync(join(DIRECTORY, name), 'utf8').replace(/\n$/, '').split('\n')) {
      if (line === '# lines') open = undefined
      else if (line.startsWith('# record')) {
        open = []
        records.push({ lines: open, isHeld: line === '# record' })
      } else if (open === undefined) records.push({ lines: [line], isHeld: false })
      else open.push(line)
    }
    corpus.set(name, records)
  }
  return corpus
}

/** Groups lines as a reader does: each goes to what is open, or else is looked at together with the next one. */
export function groupLines(lines: readonly Buffer[]): Buffer[][] {
  const grammar = new TraceGrammar()
  const groups: Buffer[][] = []
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]!
    if (!grammar.isIdle && grammar.continues(line, 0, line.length)) {
      groups.at(-1)!.push(line)
      continue
    }
    groups.push([line])
    const next = lines[index + 1]
    if (next === undefined) continue
    if (!canFollow(next, 0, next.length) && !grammar.mayBegin(line, 0, line.length)) continue
    if (!grammar.open(line, 0, line.length, next, 0, next.length)) continue
    groups.at(-1)!.push(next)
    index += 1
  }
  return groups
}

/** The same for text. */
export function groupText(lines: readonly string[]): string[][] {
  return groupLines(lines.map((line) => Buffer.from(line))).map((group) => group.map(String))
}

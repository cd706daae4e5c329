import { ANY_DEPTH, type Glob } from './glob.ts'

/** A glob whose first segments were met on the way to a directory. */
export interface Wanted<T> {
  readonly glob: Glob
  /** Of the segment that names in the directory have to match. */
  readonly index: number
  /** What the glob is of. */
  readonly source: T
}

/** What is wanted in the directory where a glob begins. */
export function wantedAtRoot<T>(glob: Glob, source: T): readonly Wanted<T>[] {
  return withoutDepth([{ glob, index: 0, source }])
}

/** The sources that want a file of this name in a directory, the first of them first. */
export function sourcesOf<T>(wanted: readonly Wanted<T>[], name: string): readonly T[] {
  return wanted.filter((entry) => isLast(entry) && matches(entry, name)).map(({ source }) => source)
}

/** What is wanted in a directory of this name in a directory. */
export function wantedBelow<T>(wanted: readonly Wanted<T>[], name: string): readonly Wanted<T>[] {
  const below: Wanted<T>[] = []
  for (const entry of wanted) {
    if (entry.glob.segments[entry.index] === ANY_DEPTH) {
      if (!name.startsWith('.')) below.push(entry)
    } else if (!isLast(entry) && matches(entry, name)) {
      below.push({ ...entry, index: entry.index + 1 })
    }
  }
  return withoutDepth(below)
}

/** Both, once each. */
export function mergeWanted<T>(a: readonly Wanted<T>[], b: readonly Wanted<T>[]): readonly Wanted<T>[] {
  const others = b.filter((entry) => !a.some(({ glob, index }) => glob === entry.glob && index === entry.index))
  return [...a, ...others]
}

/** `**` may be no directory at all, so what stands behind it is wanted in the same place too. */
function withoutDepth<T>(wanted: readonly Wanted<T>[]): readonly Wanted<T>[] {
  let result: readonly Wanted<T>[] = wanted
  for (const entry of wanted) {
    let { index } = entry
    while (entry.glob.segments[index] === ANY_DEPTH) {
      index += 1
      result = mergeWanted(result, [{ ...entry, index }])
    }
  }
  return result
}

function isLast<T>({ glob, index }: Wanted<T>): boolean {
  return index === glob.segments.length - 1
}

function matches<T>({ glob, index }: Wanted<T>, name: string): boolean {
  const segment = glob.segments[index]!
  return segment !== ANY_DEPTH && segment.matches(name)
}

import type { LogFileEntry } from '../discover/list-files.ts'
import { placeOf } from './keys.ts'
import { type FoundFile, listSiblings } from './list-directory.ts'

/** What is in a directory: the files that globs match and, if it is asked for, those that none matches. */
export class DirectoryView {
  readonly path: string
  /** Of names that are links to one file, the first counts. */
  readonly matching: readonly FoundFile[]
  readonly #places: ReadonlyMap<string, FoundFile>
  #others: readonly LogFileEntry[] | undefined

  constructor(path: string, files: readonly FoundFile[]) {
    this.path = path
    this.#places = new Map(files.toReversed().map((file) => [placeOf(file), file]))
    this.matching = files.filter((file) => this.#places.get(placeOf(file)) === file)
  }

  matches(file: { readonly device: number; readonly inode: number }): boolean {
    return this.#places.has(placeOf(file))
  }

  /** Whether a file of this inode matches. */
  matchesInode(inode: number): boolean {
    return this.matching.some((file) => file.inode === inode)
  }

  /** The files that no glob matches. */
  get others(): readonly LogFileEntry[] {
    this.#others ??= listSiblings(this.path).filter((entry) => !this.#places.has(placeOf(entry)))
    return this.#others
  }
}

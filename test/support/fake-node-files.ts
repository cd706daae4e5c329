import type { NodeFiles } from '../../agent/gather/node/node-files.ts'

/** Files of /proc and /sys in memory, by absolute path; an error in place of a content is thrown. */
export class FakeNodeFiles implements NodeFiles {
  readonly contents: Map<string, string | Error>

  constructor(contents: Readonly<Record<string, string | Error>> = {}) {
    this.contents = new Map(Object.entries(contents))
  }

  read(path: string): string {
    const content = this.contents.get(path)
    if (content === undefined) throw systemError('ENOENT', path)
    if (content instanceof Error) throw content
    // As bytes: the kernel knows no other encoding.
    return Buffer.from(content).toString('latin1')
  }

  readAgain(path: string): string {
    return this.read(path)
  }

  /** When all files were written. */
  modified = 1_700_000_000_500

  modifiedMs(): number {
    return this.modified
  }

  realPath(path: string): string {
    return path
  }

  list(path: string): readonly string[] {
    const prefix = `${path}/`
    const names = new Set<string>()
    for (const known of this.contents.keys()) {
      if (known.startsWith(prefix)) names.add(known.slice(prefix.length).split('/', 1)[0]!)
    }
    if (names.size === 0) throw systemError('ENOENT', path)
    return [...names].sort()
  }

  close(): void {}
}

export function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}

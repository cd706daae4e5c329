import { access, readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'

/**
 * Reads files that a configuration names. Relative paths are looked for beside the configuration first, then where the
 * process was started: upstream does the one for some keys and the other for the rest.
 */
export function createFileReader(directory: string): (path: string) => Promise<string> {
  return async (path) => {
    const beside = isAbsolute(path) ? path : join(directory, path)
    const found = await access(beside).then(
      () => beside,
      () => path,
    )
    return (await readFile(found, 'utf8')).trim()
  }
}

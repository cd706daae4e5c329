import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { birthOf } from '../tail/birth.ts'
import type { Candidate } from '../tail/undated.ts'

/**
 * Looks at a file without taking it up.
 *
 * @returns what `look` returns, or undefined if the file can't be read
 */
export function lookAt<T>(path: string, look: (file: Candidate) => T): T | undefined {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const stats = fstatSync(fd)
    const peek: Candidate['peek'] = (target, lengthBytes, position) => readSync(fd, target, 0, lengthBytes, position)
    return look({ inode: stats.ino, bornAtMs: birthOf(path, stats), peek })
  } catch {
    return undefined
  } finally {
    closeSync(fd)
  }
}

/**
 * The names of which one may have been given another by a rotation: `app.log` of `app.log.1`, of `app.log-20261121.gz` and
 * of `app-20261121.log`.
 */
export function liveNamesOf(rotatedName: string): readonly string[] {
  const dot = rotatedName.lastIndexOf('.')
  const names: string[] = []
  for (let at = 1; at < rotatedName.length; at++) {
    if (!'-._~'.includes(rotatedName[at]!)) continue
    const stem = rotatedName.slice(0, at)
    names.push(stem)
    if (at < dot) names.push(stem + rotatedName.slice(dot))
  }
  return names
}

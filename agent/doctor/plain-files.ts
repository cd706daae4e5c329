import { closeSync, constants, openSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemErrorCode } from '#lib/errors.ts'
import { type Finding, fail, ok, warn } from '#lib/finding.ts'
import type { AgentConfig } from '../config.ts'
import { sourcesOf, type Wanted, wantedAtRoot, wantedBelow } from '../files/glob-walk.ts'
import { takesPath } from '../files/source.ts'
import { sourceGlobs } from '../files/source-globs.ts'
import { readingCure } from './logs.ts'
import { rightsOf, type System } from './system.ts'

const CHECK = 'files'
/** Links may lead back. */
const MAX_DEPTH = 32
/** After so many directories the rest is not looked at. */
const MAX_DIRECTORIES = 10_000

type Source = ReturnType<typeof sourceGlobs>

interface Found {
  files: number
  directories: number
  /** The first place with each error of the system. */
  readonly troubles: Map<string, string>
}

/** For each entry of `files` whether there is something to read, and whether it can be read. */
export function checkPlainFiles({ files }: AgentConfig, workingDirectory: string, system: System): readonly Finding[] {
  return files.flatMap((entry, index) => {
    const source = sourceGlobs(entry, workingDirectory)
    const found: Found = { files: 0, directories: 0, troubles: new Map() }
    for (const glob of source.globs) walk(glob.root, wantedAtRoot(glob, source), 0, found)
    return describe(`files[${index}]`, entry.paths, found, system)
  })
}

function describe(name: string, paths: readonly string[], { files, troubles }: Found, system: System): Finding[] {
  const rights = rightsOf(system)
  const failures = [...troubles].map(([code, path]) =>
    fail(CHECK, `${name}: cannot read (${code}): ${path}`, readingCure(code, rights)),
  )
  if (files > 0) return [ok(CHECK, `${name}: ${files} files`), ...failures]
  if (failures.length > 0) return failures
  return [
    warn(
      CHECK,
      `${name}: there is no file like ${paths.join(', ')}`,
      'They are found when they come. If there should be some now: check the paths, and in a pod that the directory is mounted.',
    ),
  ]
}

function walk(directory: string, wanted: readonly Wanted<Source>[], depth: number, found: Found): void {
  found.directories += 1
  attempt(found, directory, () => {
    for (const name of readdirSync(directory)) visit(join(directory, name), name, wanted, depth, found)
  })
}

function visit(path: string, name: string, wanted: readonly Wanted<Source>[], depth: number, found: Found): void {
  const isWanted = sourcesOf(wanted, name).some((source) => takesPath(source, path))
  const below = wantedBelow(wanted, name)
  if (!isWanted && below.length === 0) return
  attempt(found, path, () => {
    const stats = statSync(path)
    if (stats.isFile() && isWanted) {
      closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK))
      found.files += 1
    }
    const hasRoom = depth < MAX_DEPTH && found.directories < MAX_DIRECTORIES
    if (stats.isDirectory() && below.length > 0 && hasRoom) walk(path, below, depth + 1, found)
  })
}

function attempt({ troubles }: Found, path: string, action: () => void): void {
  try {
    action()
  } catch (error) {
    const code = systemErrorCode(error)
    // It went meanwhile, or is not there yet.
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && !troubles.has(code)) troubles.set(code, path)
  }
}

import { closeSync, constants, type Dirent, openSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { systemErrorCode } from '#lib/errors.ts'
import { listDirectories } from '../discover/list-files.ts'
import { type PodName, parseLogFile, parsePodDirectory } from '../discover/paths.ts'
import type { Selection } from '../discover/selection.ts'

/** Some places with the same trouble. */
export interface Trouble {
  /** Of the system, as `EACCES`; `DANGLING` for a link that leads to nothing. */
  readonly code: string
  count: number
  /** The first of them. */
  readonly path: string
  /** Where the link leads. */
  readonly target: string
}

/** What is in the pods directory, as the agent would find it. */
export interface LogTree {
  readonly pods: PodName[]
  containers: number
  excluded: number
  files: number
  /** One of the files that can be opened. */
  sample: string | undefined
  /** By code. */
  readonly troubles: Map<string, Trouble>
}

/** Opens, and closes, every log file that the agent would read. Throws the system's error for the directory itself. */
export function inspectLogTree(root: string, selection: Selection): LogTree {
  const tree: LogTree = { pods: [], containers: 0, excluded: 0, files: 0, sample: undefined, troubles: new Map() }
  for (const name of readdirSync(root)) {
    const pod = parsePodDirectory(name)
    if (pod === undefined) continue
    tree.pods.push(pod)
    attempt(tree, join(root, name), (path) => {
      for (const container of listDirectories(path)) {
        if (selection.takes({ ...pod, container })) inspectContainer(tree, join(path, container))
        else tree.excluded += 1
      }
    })
  }
  return tree
}

function inspectContainer(tree: LogTree, directory: string): void {
  tree.containers += 1
  attempt(tree, directory, () => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (parseLogFile(entry.name) === undefined || entry.isDirectory()) continue
      tree.files += 1
      inspectFile(tree, join(directory, entry.name), entry)
    }
  })
}

function inspectFile(tree: LogTree, path: string, entry: Dirent): void {
  const isLink = entry.isSymbolicLink()
  const target = isLink ? targetOf(path) : ''
  const open = () => {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK))
    tree.sample ??= path
  }
  attempt(tree, path, open, { isLink, target })
}

function attempt(
  tree: LogTree,
  path: string,
  action: (path: string) => void,
  { isLink, target } = { isLink: false, target: '' },
): void {
  try {
    action(path)
  } catch (error) {
    const reported = systemErrorCode(error)
    // What was there a moment ago was rotated or deleted meanwhile; a link says where it should lead.
    if (reported === 'ENOENT' && !isLink) return
    const code = reported === 'ENOENT' ? 'DANGLING' : reported
    const known = tree.troubles.get(code)
    if (known === undefined) tree.troubles.set(code, { code, count: 1, path, target })
    else known.count += 1
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}

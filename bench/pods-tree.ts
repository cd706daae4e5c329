import { closeSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Content, containerPath, corpusLines, criLine } from './corpus.ts'

export interface PodsTreeOptions {
  readonly directory: string
  readonly content: Content
  readonly lines: number
  readonly containers: number
}

/** Log files of containers, as the kubelet has them below its pods directory. */
export interface PodsTree {
  readonly directory: string
  readonly lines: number
  readonly bytes: number
}

const PENDING_BYTES = 256 * 1024

/** Writes a tree whose lines are the same in each run. */
export function writePodsTree({ directory, content, lines, containers }: PodsTreeOptions): PodsTree {
  const paths = Array.from({ length: containers }, (_, index) => join(directory, containerPath(index)))
  const files = paths.map((path) => {
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'w')
  })
  const pending = paths.map(() => '')
  const flush = (container: number) => {
    writeSync(files[container]!, pending[container]!)
    pending[container] = ''
  }
  for (const line of corpusLines({ seed: 7, containers, lines, content, startMs: Date.UTC(2026, 10, 21) })) {
    pending[line.container] += criLine(line)
    if (pending[line.container]!.length > PENDING_BYTES) flush(line.container)
  }
  for (const [container, file] of files.entries()) {
    flush(container)
    closeSync(file)
  }
  return { directory, lines, bytes: paths.reduce((sum, path) => sum + statSync(path).size, 0) }
}

import { closeSync, mkdirSync, openSync, readdirSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { containerPath, formatNanoseconds } from '../../bench/corpus.ts'

export interface NumberedLogsOptions {
  readonly podsDir: string
  readonly containers: number
}

/** Writes numbered lines to the logs of many containers, as a container runtime does, and rotates them by rename. */
export class NumberedLogs {
  readonly #paths: readonly string[]
  readonly #descriptors: number[]
  readonly #random: (bound: number) => number
  #rotations = 0
  #lastNs = 0n
  /** Lines so far, by container. */
  readonly written: number[]

  constructor({ podsDir, containers }: NumberedLogsOptions) {
    this.#paths = Array.from({ length: containers }, (_, index) => join(podsDir, containerPath(index)))
    for (const path of this.#paths) mkdirSync(dirname(path), { recursive: true })
    this.#descriptors = this.#paths.map((path) => openSync(path, 'a'))
    this.#random = (bound) => Math.floor(Math.random() * bound)
    this.written = this.#paths.map(() => 0)
  }

  get total(): number {
    return this.written.reduce((sum, count) => sum + count, 0)
  }

  /** Appends lines to every container in turn. */
  write(linesPerContainer: number): void {
    for (const [container, descriptor] of this.#descriptors.entries()) {
      let text = ''
      for (let line = 0; line < linesPerContainer; line++) {
        const number = this.written[container]!++
        text += `${formatNanoseconds(this.#nextNs())} stdout F ${messageOf(container, number)} ${'x'.repeat(this.#random(120))}\n`
      }
      writeSync(descriptor, text)
    }
  }

  /** Renames each log and begins a new one, as the kubelet does. */
  rotate(): void {
    this.#rotations += 1
    for (const [container, path] of this.#paths.entries()) {
      closeSync(this.#descriptors[container]!)
      renameSync(path, `${path}.${String(20_261_121_000_000 + this.#rotations)}`)
      this.#descriptors[container] = openSync(path, 'a')
    }
  }

  /** Deletes the rotated files, as the kubelet does with all but a few. */
  prune(): void {
    for (const path of this.#paths) {
      const directory = dirname(path)
      for (const name of readdirSync(directory)) if (name !== basename(path)) unlinkSync(join(directory, name))
    }
  }

  close(): void {
    for (const descriptor of this.#descriptors) closeSync(descriptor)
  }

  /** Rising, and near the wall clock. */
  #nextNs(): bigint {
    const now = BigInt(Date.now()) * 1_000_000n
    this.#lastNs = now > this.#lastNs ? now : this.#lastNs + 1n
    return this.#lastNs
  }
}

function messageOf(container: number, number: number): string {
  return `c${container} line ${number} of a test`
}

/** Container and number of a line. */
export function parseMessage(text: string): { readonly container: number; readonly number: number } {
  const match = /^c(\d+) line (\d+) of a test /.exec(text)
  if (match === null) throw new Error(`a line that nobody wrote: ${text}`)
  return { container: Number(match[1]), number: Number(match[2]) }
}

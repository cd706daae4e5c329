import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The kubelet's default is 10 MiB; the demo shall show rotations and stay small. */
const ROTATE_BYTES = 256 * 1024
const KEEP_ROTATED = 2
/** containerd cuts longer lines into partial ones. */
const MAX_LINE_BYTES = 16 * 1024

/** The log of one container instance as a container runtime writes and a kubelet rotates it, in CRI format. */
export class ContainerLog {
  readonly #path: string
  #bytes: number

  /** @param directory `<pods>/<namespace>_<pod>_<uid>/<container>` */
  constructor(directory: string) {
    this.#path = join(directory, '0.log')
    mkdirSync(directory, { recursive: true })
    this.#bytes = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0
  }

  write(nowMs: number, stream: 'stdout' | 'stderr', message: string): void {
    let lines = ''
    for (const line of message.split('\n')) {
      for (let at = 0; at === 0 || at < line.length; at += MAX_LINE_BYTES) {
        const isLast = at + MAX_LINE_BYTES >= line.length
        lines += `${timestamp(nowMs)} ${stream} ${isLast ? 'F' : 'P'} ${line.slice(at, at + MAX_LINE_BYTES)}\n`
      }
    }
    if (this.#bytes > ROTATE_BYTES) this.#rotate(nowMs)
    appendFileSync(this.#path, lines)
    this.#bytes += Buffer.byteLength(lines)
  }

  #rotate(nowMs: number): void {
    const directory = dirname(this.#path)
    renameSync(this.#path, `${this.#path}.${new Date(nowMs).toISOString().replaceAll(/\D/g, '').slice(0, 14)}`)
    this.#bytes = 0
    const rotated = readdirSync(directory).filter((name) => name.startsWith('0.log.'))
    for (const name of rotated.sort().slice(0, -KEEP_ROTATED)) rmSync(join(directory, name))
  }
}

/** Nanoseconds that Node cannot tell are made up, so that lines of one millisecond have an order. */
function timestamp(nowMs: number): string {
  const below = process.hrtime.bigint() % 1_000_000n
  return new Date(nowMs).toISOString().replace('Z', `${String(below).padStart(6, '0')}Z`)
}

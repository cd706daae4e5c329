import { appendFileSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const FIRST_TIME_NS = 1_795_257_960_000_000_000n

/** A container's directory of log files, as the kubelet lays it out, and lines for them that a runtime would write. */
export class ContainerFiles {
  readonly directory: string
  /** As the fake collector names the container. */
  readonly name: string
  #serial = 0n

  constructor(podsDir: string, pod = 'web-0', container = 'app') {
    this.directory = join(podsDir, `shop_${pod}_uid-${pod}`, container)
    this.name = `${pod}/${container}`
    mkdirSync(this.directory, { recursive: true })
  }

  path(file = '0.log'): string {
    return join(this.directory, file)
  }

  /** A line of the container runtime interface, each with a time of its own. */
  line(body: string | Buffer, stream = 'stdout', tag = 'F'): Buffer {
    this.#serial += 1n
    const nanoseconds = String((FIRST_TIME_NS + this.#serial * 1_003n) % 1_000_000_000n).padStart(9, '0')
    const head = `2026-11-21T10:46:00.${nanoseconds}Z ${stream} ${tag} `
    return Buffer.concat([Buffer.from(head), Buffer.from(body as string), Buffer.from('\n')])
  }

  /** Appends lines to a file, which is made if need be. */
  write(bodies: readonly (string | Buffer)[], file = '0.log'): void {
    this.append(Buffer.concat(bodies.map((body) => this.line(body))), file)
  }

  append(bytes: Buffer | string, file = '0.log'): void {
    appendFileSync(this.path(file), bytes)
  }

  replace(bytes: Buffer | string, file = '0.log'): void {
    writeFileSync(this.path(file), bytes)
  }

  /** Compresses a file as the kubelet does: then there is `<file>.gz` in its place. */
  compress(file: string): void {
    writeFileSync(this.path(`${file}.gz`), gzipSync(readFileSync(this.path(file))))
    unlinkSync(this.path(file))
  }
}

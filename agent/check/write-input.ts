import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { LogFormatName } from '../decode/detect.ts'
import { printNanoseconds } from '../observe/print-time.ts'
import type { CaseInput } from './case-schema.ts'

/** A line that is longer is split, as containerd does. */
const LONGEST_PART_BYTES = 16_384
/** Between two lines. */
const STEP_NS = 1_000_000n

/** Writes what containers wrote to where the kubelet would have it, line by line with times of their own. */
export class InputWriter {
  readonly #podsDir: string
  readonly #format: LogFormatName
  #timeNs: bigint

  constructor(options: { readonly podsDir: string; readonly format: LogFormatName; readonly startMs: number }) {
    this.#podsDir = options.podsDir
    this.#format = options.format
    this.#timeNs = BigInt(options.startMs) * 1_000_000n
  }

  write(input: CaseInput): void {
    const { namespace, pod, container, restart_count: run } = input
    const directory = join(this.#podsDir, `${namespace}_${pod}_${uidOf(input)}`, container)
    mkdirSync(directory, { recursive: true })
    appendFileSync(join(directory, `${run}.log`), input.raw ?? this.#encode(input))
  }

  #encode({ lines = '', stream }: CaseInput): Buffer {
    const bodies = lines.split('\n')
    // A block of YAML ends in a newline, which ends the last line and begins none.
    if (bodies.at(-1) === '') bodies.pop()
    return Buffer.concat(bodies.flatMap((body) => this.#encodeLine(Buffer.from(body), stream)))
  }

  #encodeLine(body: Buffer, stream: string): Buffer[] {
    this.#timeNs += STEP_NS
    const time = printNanoseconds(Number(this.#timeNs >> 32n), Number(this.#timeNs & 0xffff_ffffn))
    const parts: Buffer[] = []
    let at = 0
    do {
      const part = body.subarray(at, at + LONGEST_PART_BYTES)
      at += part.length
      parts.push(this.#format === 'docker' ? docker(part, at >= body.length) : cri(part, at >= body.length))
    } while (at < body.length)
    return parts

    function cri(part: Buffer, isLast: boolean): Buffer {
      return Buffer.concat([Buffer.from(`${time} ${stream} ${isLast ? 'F' : 'P'} `), part, Buffer.from('\n')])
    }
    function docker(part: Buffer, isLast: boolean): Buffer {
      const log = `${part.toString('utf8')}${isLast ? '\n' : ''}`
      return Buffer.from(`${JSON.stringify({ log, stream, time })}\n`)
    }
  }
}

/** The pod's UID: that of the test, or one that always is the same for the same name. */
export function uidOf({ uid, namespace, pod }: Pick<CaseInput, 'uid' | 'namespace' | 'pod'>): string {
  return (
    uid ?? `00000000-0000-4000-8000-${createHash('sha256').update(`${namespace}/${pod}`).digest('hex').slice(0, 12)}`
  )
}

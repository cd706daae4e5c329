import { CriDecoder } from './cri.ts'
import { DockerDecoder } from './docker.ts'
import type { Line, LineDecoder } from './line.ts'

export const LOG_FORMATS = ['auto', 'cri', 'docker'] as const
export type LogFormatName = (typeof LOG_FORMATS)[number]

const OPEN_BRACE = 123

/** The decoder for a configured format. `auto` tells the two apart by the first byte: a CRI line begins with a digit. */
export function createDecoder(format: LogFormatName): LineDecoder {
  if (format === 'cri') return new CriDecoder()
  if (format === 'docker') return new DockerDecoder()
  return new DetectingDecoder()
}

class DetectingDecoder implements LineDecoder {
  readonly #cri = new CriDecoder()
  readonly #docker = new DockerDecoder()

  decode(line: Line, bytes: Buffer, start: number, end: number): void {
    if (bytes[start] === OPEN_BRACE) this.#docker.decode(line, bytes, start, end)
    else this.#cri.decode(line, bytes, start, end)
  }
}

import { createRedactor } from '#lib/redact/create-redactor.ts'
import type { PresetName } from '#lib/redact/presets.ts'
import { Line } from '../../../agent/decode/line.ts'

export interface OwnPattern {
  readonly name: string
  readonly pattern: string
  readonly replacement?: string
}

export interface RedactOptions {
  readonly isCut?: boolean
  /** What stands around the text in the chunk, and is nobody's business. */
  readonly before?: string
  readonly behind?: string
}

/** A function that redacts texts, each as a line in the middle of a chunk. */
export function createRedact(presets: readonly PresetName[], patterns: readonly OwnPattern[] = []) {
  const redactor = createRedactor({ presets, patterns })!
  const line = new Line()
  return (text: string, { isCut = false, before = 'head@', behind = '\ntail@x.org' }: RedactOptions = {}): string => {
    const bytes = Buffer.from(before + text + behind)
    redactor.begin(bytes, 0, bytes.length)
    line.bytes = bytes
    line.bodyStart = Buffer.byteLength(before)
    line.bodyEnd = bytes.length - Buffer.byteLength(behind)
    redactor.redact(line, isCut)
    return line.bytes.toString('utf8', line.bodyStart, line.bodyEnd)
  }
}

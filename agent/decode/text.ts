import type { Line } from './line.ts'

/** Protobuf strings and JSON are UTF-8; what is not becomes U+FFFD, or the whole request would be refused. */
export function repairText(line: Line): void {
  line.bytes = Buffer.from(line.bytes.toString('utf8', line.bodyStart, line.bodyEnd))
  line.bodyStart = 0
  line.bodyEnd = line.bytes.length
}

/** The first byte of the UTF-8 character that `at` lies in. */
export function characterStart(bytes: Buffer, at: number): number {
  let start = at
  while (start > at - 4 && (bytes[start]! & 0xc0) === 0x80) start -= 1
  return start
}

const NEWLINE = 10

/**
 * The lines of a stream that comes in pieces, without their newlines. A line longer than `maxBytes` is not kept:
 * undefined stands in its place. What stands behind the last newline is left out, because its rest is missing.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<Buffer | undefined, void, undefined> {
  let kept: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const rest = chunk.subarray(start, end)
      yield length + rest.length > maxBytes ? undefined : Buffer.concat([...kept, rest])
      kept = []
      length = 0
      start = end + 1
    }
    length += chunk.length - start
    if (length > maxBytes) kept = []
    else if (start < chunk.length) kept.push(chunk.subarray(start))
  }
}

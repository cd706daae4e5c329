import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'
import { systemErrorCode } from '#lib/errors.ts'
import { freeNow } from '#lib/free-now.ts'
import { ElasticsearchError } from '../elasticsearch-error.ts'

const DECOMPRESSORS: Readonly<
  Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>
> = {
  gzip: promisify(gunzip),
  zstd: promisify(zstdDecompress),
}

/** Larger bodies get memory of their own; smaller ones are not worth keeping it for. */
const MAX_KEPT_BYTES = 16 * 1024 ** 2
const MIN_KEPT_BYTES = 256 * 1024
const MAX_KEPT_BUFFERS = 2
/** Before so much of a large body has arrived no place is made for all of it. */
const MIN_ARRIVED_BYTES = 64 * 1024

/** The memory of request bodies: limited for all of them together, and used again for the next ones. */
export class BodyMemory {
  readonly #maxBytes: number
  #inFlightBytes = 0
  #kept: Buffer[] = []

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get inFlightBytes(): number {
    return this.#inFlightBytes
  }

  /** @throws ElasticsearchError 429 if too many bytes are in memory already; one body alone always may */
  take(sizeBytes: number): void {
    if (this.#inFlightBytes > 0 && this.#inFlightBytes + sizeBytes > this.#maxBytes) {
      throw new ElasticsearchError(
        429,
        'es_rejected_execution_exception',
        `rejected execution of the request: ${this.#inFlightBytes} of at most ${this.#maxBytes} bytes of requests are in memory; send it again later`,
      )
    }
    this.#inFlightBytes += sizeBytes
  }

  giveBack(sizeBytes: number): void {
    this.#inFlightBytes -= sizeBytes
  }

  /** A buffer of this length, with whatever was in it. */
  allocate(sizeBytes: number): Buffer {
    const place = this.#kept.findIndex(({ length }) => length >= sizeBytes)
    if (sizeBytes < MIN_KEPT_BYTES || sizeBytes > MAX_KEPT_BYTES) return Buffer.allocUnsafeSlow(sizeBytes)
    const [kept = Buffer.allocUnsafeSlow(roundUp(sizeBytes))] = place < 0 ? [] : this.#kept.splice(place, 1)
    return kept.subarray(0, sizeBytes)
  }

  /** Takes back a buffer of {@link allocate} that nobody looks at any more. */
  release(buffer: Buffer): void {
    const whole = Buffer.from(buffer.buffer)
    if (whole.length < MIN_KEPT_BYTES || whole.length > roundUp(MAX_KEPT_BYTES)) return
    this.#kept = [whole, ...this.#kept].sort((a, b) => a.length - b.length).slice(-MAX_KEPT_BUFFERS)
  }

  /** Gives memory back to the system when no requests come. */
  releaseAll(): void {
    this.#kept = []
  }
}

function roundUp(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 1024 ** 2) * 1024 ** 2
}

export interface BodyOptions {
  /** Largest body, on the wire and after decompression. */
  readonly maxBytes: number
  readonly memory: BodyMemory
}

/**
 * Reads the body of a request and gives it to a handler, which must not keep any of it: the memory is used again.
 *
 * @throws ElasticsearchError 413 for a body that is too large, 429 if too many are in memory, 400 for one that is not
 *   encoded as it says
 */
export async function withBody<T>(
  request: IncomingMessage,
  options: BodyOptions,
  handle: (body: Buffer) => T | Promise<T>,
): Promise<T> {
  const { memory, maxBytes } = options
  let taken = 0
  const take = (sizeBytes: number) => {
    memory.take(sizeBytes)
    taken += sizeBytes
  }
  try {
    const received = await receive(request, options, take)
    const encoding = request.headers['content-encoding'] ?? 'identity'
    const result = await handle(
      encoding === 'identity' ? received : await decompressBody(received, encoding, maxBytes, take),
    )
    memory.release(received)
    return result
  } finally {
    memory.giveBack(taken)
  }
}

/**
 * Never destroys the request: its connection is still needed for the answer. Only what has arrived is counted and held:
 * what a request announces may be a lie, or take its time.
 */
async function receive(
  request: IncomingMessage,
  { maxBytes, memory }: BodyOptions,
  take: (sizeBytes: number) => void,
): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? Number.NaN)
  if (announced > maxBytes) throw tooLarge(maxBytes)
  const isLarge = announced >= MIN_KEPT_BYTES
  /** Where a large body of known length goes, once enough of it came. */
  let body: Buffer | undefined
  let chunks: Buffer[] = []
  let total = 0
  const add = (chunk: Buffer) => {
    if (total + chunk.length > maxBytes) throw tooLarge(maxBytes)
    take(chunk.length)
    const at = total
    total += chunk.length
    if (body === undefined) chunks.push(chunk)
    else {
      chunk.copy(body, at)
      // Its memory is given back at once; after that it has no length any more.
      if (chunk.length === chunk.buffer.byteLength) freeNow(chunk)
    }
    if (body !== undefined || !isLarge || total < MIN_ARRIVED_BYTES) return
    body = memory.allocate(announced)
    Buffer.concat(chunks).copy(body)
    chunks = []
  }
  return await new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      try {
        add(chunk)
      } catch (error) {
        request.off('data', onData)
        reject(error)
      }
    }
    request.on('data', onData)
    request.once('end', () => resolve(body ?? Buffer.concat(chunks)))
    request.once('error', reject)
    request.once('close', () => reject(new ElasticsearchError(400, 'parse_exception', 'the request was cut off')))
  })
}

async function decompressBody(
  received: Buffer,
  encoding: string,
  maxBytes: number,
  take: (sizeBytes: number) => void,
): Promise<Buffer> {
  const decompress = DECOMPRESSORS[encoding]
  if (decompress === undefined) {
    throw new ElasticsearchError(
      415,
      'illegal_argument_exception',
      `Content-Encoding [${encoding}] is not supported; send identity, gzip or zstd`,
    )
  }
  try {
    const body = await decompress(received, { maxOutputLength: maxBytes })
    take(body.length)
    return body
  } catch (error) {
    if (error instanceof ElasticsearchError) throw error
    if (systemErrorCode(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes)
    throw new ElasticsearchError(400, 'parse_exception', `the body is not ${encoding}, as Content-Encoding says`)
  }
}

function tooLarge(maxBytes: number): ElasticsearchError {
  return new ElasticsearchError(
    413,
    'content_too_large_exception',
    `the request body has more than ${maxBytes} bytes after decompression`,
  )
}

import type { Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import type { Clock } from '#lib/clock.ts'
import type { ContentCoding } from './format.ts'
import type { Renderer } from './renderer.ts'

/** The fastest; a page is read once, by a neighbour. */
const GZIP_LEVEL = 1
const GZIP_PIECE_BYTES = 64 * 1024
/** After so long others have a turn. */
const TURN_MS = 5

export interface SendOptions {
  readonly renderer: Renderer
  readonly target: Writable
  /** What is to be done to what the renderer writes, which may be compressed already. */
  readonly coding: ContentCoding
  /** Monotonic milliseconds after which nobody waits for the page any more. */
  readonly deadlineMs: number
  readonly clock: Clock
}

/** How the sending of a page ended. */
export interface Sent {
  readonly outcome: 'complete' | 'timeout' | 'aborted'
  /** Before compression. */
  readonly bytes: number
}

/**
 * Sends a page piece by piece, as fast as it is taken; between two pieces others have their turn. One that can't be ended
 * is broken off, so that nobody takes it for whole.
 */
export async function sendPage({ renderer, target, coding, deadlineMs, clock }: SendOptions): Promise<Sent> {
  const gzip = coding === 'gzip' ? createGzip({ level: GZIP_LEVEL, chunkSize: GZIP_PIECE_BYTES }) : undefined
  gzip?.pipe(target)
  const writer = new Writer(gzip ?? target, target)
  const ended = (outcome: Sent['outcome']): Sent => ({ outcome, bytes: renderer.textBytes })
  try {
    let turnMs = clock.monotonicMs()
    for (let piece = renderer.next(); piece !== undefined; piece = renderer.next()) {
      // The renderer writes over the piece, so it must have been taken.
      if (piece.length > 0) await writer.write(piece)
      const nowMs = clock.monotonicMs()
      if (nowMs > deadlineMs) {
        target.destroy()
        return ended('timeout')
      }
      if (nowMs - turnMs < TURN_MS) continue
      await setImmediate()
      turnMs = clock.monotonicMs()
    }
    if (writer.isClosed) return ended('aborted')
    ;(gzip ?? target).end()
    return ended('complete')
  } catch {
    return ended('aborted')
  } finally {
    renderer.close()
    writer.release()
    if (target.destroyed) gzip?.destroy()
  }
}

/** Writes pieces one after the other, each once the one before was taken. */
class Writer {
  isClosed = false
  readonly #out: Writable
  readonly #target: Writable
  #fail: (() => void) | undefined

  constructor(out: Writable, target: Writable) {
    this.#out = out
    this.#target = target
    target.once('close', this.#onClose)
    out.on('error', this.#onClose)
  }

  /** Rejects if nobody takes it any more. */
  write(piece: Buffer): Promise<void> {
    return new Promise((done, fail) => {
      const gone = () => fail(new Error('closed'))
      if (this.isClosed) return gone()
      this.#fail = gone
      this.#out.write(piece, (error) => (error ? gone() : done()))
    })
  }

  release(): void {
    this.#target.removeListener('close', this.#onClose)
  }

  readonly #onClose = () => {
    this.isClosed = true
    this.#fail?.()
  }
}
